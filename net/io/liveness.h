// For objects whose wakers may destroy them: whoever wakes and then goes on asks a Watch whether
// there is still something to go on with.
#pragma once

namespace tappet::net {

// A member of such an object.
class Liveness {
 public:
  // On the stack of a member function; false once the object has been destroyed. Watches nest.
  class Watch {
   public:
    explicit Watch(Liveness& of) : of_(&of), outer_(of.innermost_) { of.innermost_ = this; }
    ~Watch() {
      if (of_ != nullptr) of_->innermost_ = outer_;
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    explicit operator bool() const { return of_ != nullptr; }

   private:
    friend class Liveness;
    Liveness* of_;
    Watch* outer_;
  };

  Liveness() = default;
  ~Liveness() {
    for (Watch* watch = innermost_; watch != nullptr; watch = watch->outer_) watch->of_ = nullptr;
  }
  Liveness(const Liveness&) = delete;
  Liveness& operator=(const Liveness&) = delete;

 private:
  Watch* innermost_ = nullptr;
};

}  // namespace tappet::net

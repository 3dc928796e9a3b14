// What a ComponentService is made of: instances, and the requests that each of them answers one
// after the other.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>

#include "canonical-abi/linker/instantiation.h"
#include "canonical-abi/runtime/task.h"
#include "wasi/http/engine/response_slot.h"
#include "wasi/world/component_service.h"

namespace tappet::wasi {

// What an instance gets to answer.
struct ComponentService::Accepted {
  uint64_t number;
  uint64_t deadline;
  std::shared_ptr<uint64_t> fuel_used;  // null where it is not counted
  http::Request request;
  http::Responder responder;
};

// One request in an instance's hands: the call of handle(), and everything that ends with it.
// Destroying it cancels that, and answers 500 if nothing was answered.
class ComponentService::Run {
 public:
  Run(Instance& instance, Accepted&& accepted);

  // Runs guest code. kDone: the instance has no more to do for the request, or may not.
  Scheduled::Next advance();
  // After kDone: nothing went wrong, and nothing of the response is still to come from the guest.
  bool complete() const { return returned_ && slot_->complete(); }

 private:
  Scheduled::Next begin();
  Scheduled::Next call();
  Scheduled::Next fail(const InstantiateError& failure);
  Scheduled::Next fail(const Trap& trap);
  Scheduled::Next fail(std::string reason, const Trap* trap);
  // A guest that computes notices when its slice is over.
  void expire();

  Instance& instance_;
  const uint64_t number_;
  const std::string name_;
  const std::shared_ptr<uint64_t> fuel_used_;
  http::Request request_;
  std::shared_ptr<ResponseSlot> slot_;
  net::Timer deadline_;
  Waker gone_;
  bool expired_ = false;
  bool returned_ = false;
  std::optional<component::Task> task_;
};

// A store, its world and the instance in it. Runs one request at a time, and rests between two.
class ComponentService::Instance final : public Scheduled {
 public:
  Instance(ComponentService& service, uint64_t number);

  // Precondition: it rests, or is new.
  void begin(Accepted&& accepted);
  // After a request: nothing of it is left that could reach the next one, but what the guest
  // itself keeps.
  bool reusable();
  // Lets go of the request. Precondition: reusable().
  void rest(uint64_t now);
  uint64_t rests_since() const { return rests_since_; }

  std::list<Instance>::iterator position;

 private:
  friend class Run;

  Next run() override;
  void done() override { service_.end(position); }
  void preempt() override { store_.preempt(); }
  void kill() override { store_.kill(); }

  ComponentService& service_;
  World world_;
  const std::shared_ptr<const component::InstancePre> pre_;  // the service may have another by now
  const component::FuncRef handler_;
  component::ComponentStore store_;
  component::Instantiation instantiation_;
  uint32_t begun_ = 0;  // requests
  uint64_t rests_since_ = 0;
  std::optional<Run> run_;
};

}  // namespace tappet::wasi

// Host functions of asynchronous type, as their guests see them: CanonicalABI.md, "Subtask State",
// "canon subtask.cancel".
#include <gtest/gtest.h>

#include "canonical-abi/bind/interface.h"
#include "tests/unit/canonical-abi/support/program.h"

namespace tappet::component::test {
namespace {

using V = ComponentValue;

// How calls end that are told to.
enum class WhenCancelled : uint8_t {
  kVanishes,
  kHasResult,
  kIsCancelled,
  kHasResultLater,
  kIsCancelledLater
};

struct Office {
  std::optional<uint32_t> answer;
  WakeList changed;
  WhenCancelled when_cancelled = WhenCancelled::kVanishes;
  int cancelled = 0;
  int at_work = 0;
  int polls = 0;
  void say(uint32_t value) {
    answer = value;
    changed.wake_all();
  }
};

// A call as an object.
class Work {
 public:
  Work(Office& office, uint32_t x) : office_(&office), x_(x) { ++office_->at_work; }
  Work(Work&& other) noexcept : office_(std::exchange(other.office_, nullptr)), x_(other.x_) {}
  ~Work() {
    if (office_ != nullptr) --office_->at_work;
  }
  Poll<HostResult<Cancellable<uint32_t>>> poll(Waker& waker) {
    using Outcome = HostResult<Cancellable<uint32_t>>;
    ++office_->polls;
    const WhenCancelled how = office_->when_cancelled;
    if (cancelled_ && how == WhenCancelled::kHasResult) return Outcome(Cancellable<uint32_t>(x_));
    const bool now = how == WhenCancelled::kIsCancelled ||
                     (office_->answer && how == WhenCancelled::kIsCancelledLater);
    if (cancelled_ && now) return Outcome(Cancellable<uint32_t>(fail(Cancelled())));
    if (!office_->answer) return office_->changed.add(waker), kPending;
    if (*office_->answer == 0) return Outcome(fail(Trap("no work")));
    if (*office_->answer == 1) return Outcome(Cancellable<uint32_t>(fail(Cancelled())));
    return Outcome(Cancellable<uint32_t>(x_ * *office_->answer));
  }
  bool cancel() {
    ++office_->cancelled;
    cancelled_ = true;
    return office_->when_cancelled == WhenCancelled::kVanishes;
  }

 private:
  Office* office_;
  uint32_t x_;
  bool cancelled_ = false;
};
using Working = Async<HostResult<Cancellable<uint32_t>>>;
Working work(Office& office, uint32_t x) { return Working::pending(Work(office, x)); }

struct Job {
  Working run(uint32_t x) { return work(*office, x); }
  Office* office;
};

HostInterfaceDef jobs() {
  return HostInterface<Office>("test:host/jobs", version("1.0.0"))
      .async_func("work", {"x"}, work)
      .async_func(
          "words",
          [](Office& office) {
            return Async<std::string>::pending([&office](Waker& waker) -> Poll<std::string> {
              if (!office.answer) return office.changed.add(waker), kPending;
              return std::string("some words");
            });
          })
      .resource<Job>("job")
      .constructor([](Office& office) { return Own<Job>(std::make_shared<Job>(Job{&office})); })
      .async_method("run", {"x"}, &Job::run);
}

// Subtask.State
constexpr auto kStarted = "1";
constexpr auto kReturned = "2";
constexpr auto kCancelledBeforeReturned = "4";
constexpr auto kBlocked = "4294967295";

class HostJobs : public ::testing::Test {
 protected:
  HostJobs() : p(assemble(text())) {
    EXPECT_TRUE(p.linker().define(jobs()).ok());
    p.prepare();
    p.store().environment().set(&office);
    EXPECT_EQ(p.instantiate(), Outcome::kReturned);
  }
  static std::string text() {
    const Bytes bytes = read_data("host/jobs.wat");
    return {bytes.begin(), bytes.end()};
  }
  // Has the host's calls polled that were woken.
  std::string turn() { return p.call("turn"); }

  Office office;
  Program p;
};

TEST_F(HostJobs, AreReflectedAsAsync) {
  const HostInterfaceDef interface = jobs();
  for (const HostFunctionDef& f : interface.functions) {
    EXPECT_EQ(f.type->is_async, !f.name.starts_with("[constructor]")) << f.name;
  }
}

TEST_F(HostJobs, MayReturnAtOnce) {
  office.answer = 2;
  EXPECT_EQ(p.call("work", {V::u32(21)}), kReturned);
  EXPECT_EQ(p.call("result"), "42");
  EXPECT_EQ(office.at_work, 0);
}

TEST_F(HostJobs, ReturnLater) {
  EXPECT_EQ(p.call("work", {V::u32(21)}), kStarted);
  EXPECT_EQ(p.call("event"), "0");
  EXPECT_EQ(office.polls, 1);
  office.say(2);
  EXPECT_EQ(turn(), "0");
  EXPECT_EQ(p.call("result"), "42");
  EXPECT_EQ(p.call("event"), kReturned);
  p.call("drop");
  EXPECT_EQ(office.at_work, 0);
}

TEST_F(HostJobs, LowerTheirResultsLater) {
  EXPECT_EQ(p.call("words"), kStarted);
  office.say(2);
  EXPECT_EQ(turn(), "0");
  EXPECT_EQ(p.call("result"), "4096");
  EXPECT_EQ(p.call("event"), kReturned);
}

TEST_F(HostJobs, ACallerMayWait) {
  Task task(p.store(), p.function("wait"), {V::u32(5)});
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  office.say(3);
  EXPECT_TRUE(task.runnable());
  EXPECT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(task.result(), V::u32(15));
}

TEST_F(HostJobs, MayTrapLater) {
  EXPECT_EQ(p.call("work", {V::u32(21)}), kStarted);
  office.say(0);
  EXPECT_EQ(turn(), "trap: no work");
}

TEST_F(HostJobs, GoWithTheStore) {
  {
    Office other;
    Program q(assemble(text()));
    ASSERT_TRUE(q.linker().define(jobs()).ok());
    q.prepare();
    q.store().environment().set(&other);
    ASSERT_EQ(q.instantiate(), Outcome::kReturned);
    EXPECT_EQ(q.call("work", {V::u32(21)}), kStarted);
    EXPECT_EQ(other.at_work, 1);
    q.prepare();
    EXPECT_EQ(other.at_work, 0);
    EXPECT_EQ(other.cancelled, 0);
  }
}

// --- Cancellation

TEST_F(HostJobs, VanishWhenCancelled) {
  EXPECT_EQ(p.call("work", {V::u32(21)}), kStarted);
  EXPECT_EQ(p.call("cancel"), kCancelledBeforeReturned);
  EXPECT_EQ(office.cancelled, 1);
  EXPECT_EQ(office.at_work, 0);
  p.call("drop");
  office.say(2);
}

TEST_F(HostJobs, AFunctionThatDoesNotCareVanishesToo) {
  EXPECT_EQ(p.call("words"), kStarted);
  EXPECT_EQ(p.call("cancel"), kCancelledBeforeReturned);
  EXPECT_TRUE(office.changed.empty());
}

TEST_F(HostJobs, MayHaveAResultAllTheSame) {
  office.when_cancelled = WhenCancelled::kHasResult;
  EXPECT_EQ(p.call("work", {V::u32(21)}), kStarted);
  EXPECT_EQ(p.call("cancel"), kReturned);
  EXPECT_EQ(p.call("result"), "21");
  EXPECT_EQ(office.at_work, 0);
  p.call("drop");
}

TEST_F(HostJobs, MaySayThatTheyAreCancelled) {
  office.when_cancelled = WhenCancelled::kIsCancelled;
  EXPECT_EQ(p.call("work", {V::u32(21)}), kStarted);
  EXPECT_EQ(p.call("cancel"), kCancelledBeforeReturned);
  EXPECT_EQ(office.at_work, 0);
}

TEST_F(HostJobs, MayTakeTheirTime) {
  office.when_cancelled = WhenCancelled::kIsCancelledLater;
  EXPECT_EQ(p.call("work", {V::u32(21)}), kStarted);
  EXPECT_EQ(p.call("cancel"), kBlocked);
  EXPECT_EQ(p.call("event"), "0");
  EXPECT_EQ(office.at_work, 1);
  office.say(2);
  EXPECT_EQ(turn(), "0");
  EXPECT_EQ(p.call("event"), kCancelledBeforeReturned);
  p.call("drop");
  EXPECT_EQ(office.at_work, 0);
}

TEST_F(HostJobs, MayTakeTheirTimeForAResult) {
  office.when_cancelled = WhenCancelled::kHasResultLater;
  EXPECT_EQ(p.call("work", {V::u32(21)}), kStarted);
  EXPECT_EQ(p.call("cancel"), kBlocked);
  EXPECT_EQ(p.call("cancel"), "trap: `subtask.cancel` called twice for the same subtask");
}

TEST_F(HostJobs, ACallerMayWaitForTheCancellation) {
  office.when_cancelled = WhenCancelled::kHasResultLater;
  EXPECT_EQ(p.call("work", {V::u32(21)}), kStarted);
  Task task(p.store(), p.function("cancel-and-wait"), {});
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  EXPECT_EQ(office.cancelled, 1);
  office.say(2);
  EXPECT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(task.result(), V::u32(2));
  EXPECT_EQ(p.call("result"), "42");
}

TEST_F(HostJobs, AResultBeforeTheCancellationCounts) {
  EXPECT_EQ(p.call("work", {V::u32(21)}), kStarted);
  office.say(2);
  EXPECT_EQ(turn(), "0");
  EXPECT_EQ(p.call("cancel"), kReturned);
  EXPECT_EQ(office.cancelled, 0);
}

TEST_F(HostJobs, AreNotPolledAfterTheCancellation) {
  EXPECT_EQ(p.call("work", {V::u32(21)}), kStarted);
  office.say(2);  // it is to be polled
  EXPECT_EQ(p.call("cancel"), kCancelledBeforeReturned);
  EXPECT_EQ(turn(), "0");
  EXPECT_EQ(p.call("result"), "0");
}

TEST_F(HostJobs, NobodyCancelsByHimself) {
  EXPECT_EQ(p.call("work", {V::u32(21)}), kStarted);
  office.say(1);
  EXPECT_EQ(turn(), "trap: a host function was cancelled though nobody wanted that");
}

// --- Methods

TEST_F(HostJobs, BorrowWhileTheyWait) {
  p.call("new");
  EXPECT_EQ(p.call("run", {V::u32(21)}), kStarted);
  office.say(2);
  EXPECT_EQ(turn(), "0");
  EXPECT_EQ(p.call("event"), kReturned);
  EXPECT_EQ(p.call("drop-job"), "");
  EXPECT_EQ(p.store().environment().resources().size(), 0U);
}

TEST_F(HostJobs, WhatIsLentCannotBeDropped) {
  p.call("new");
  EXPECT_EQ(p.call("run", {V::u32(21)}), kStarted);
  EXPECT_EQ(p.call("drop-job"), "trap: cannot remove owned resource while borrowed");
}

TEST_F(HostJobs, WhatWasLentIsBackAfterTheCancellation) {
  p.call("new");
  EXPECT_EQ(p.call("run", {V::u32(21)}), kStarted);
  EXPECT_EQ(p.call("cancel"), kCancelledBeforeReturned);
  EXPECT_EQ(p.call("drop-job"), "");
}

}  // namespace
}  // namespace tappet::component::test

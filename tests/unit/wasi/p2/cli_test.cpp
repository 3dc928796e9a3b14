#include "wasi/p2/cli.h"

#include "tests/unit/canonical-abi/bind/caller.h"
#include "wasi/host/environment.h"
#include "wasi/host/memory_stream.h"
#include "wasi/host/stdio.h"

namespace tappet::wasi::p2 {
namespace {

using component::HostReturn;
using component::TypeKind;
using component::testing::Caller;
using V = component::ComponentValue;

TEST(CliEnvironment, TellsWhatWasSet) {
  Environment environment;
  Caller caller(cli_environment());
  caller.environment().set(&environment);
  EXPECT_EQ(to_string(caller.value("get-environment")), "[]");
  EXPECT_EQ(to_string(caller.value("get-arguments")), "[]");
  EXPECT_EQ(caller.value("initial-cwd"), V::none());
  environment.add_argument("prog");
  environment.add_argument("\xff");
  environment.set_variable("A", "b=c");
  environment.set_working_directory("/w");
  EXPECT_EQ(caller.value("get-environment"),
            V::list({V::tuple({V::string("A"), V::string("b=c")})}));
  EXPECT_EQ(caller.value("get-arguments"), V::list({V::string("prog"), V::string("\xef\xbf\xbd")}));
  EXPECT_EQ(caller.value("initial-cwd"), V::some(V::string("/w")));
}

TEST(CliExit, EndsTheProgramWithAStatus) {
  Caller caller(cli_exit());
  const auto code = [&](std::string_view function, V argument) {
    const HostReturn returned = caller.call(function, {std::move(argument)});
    EXPECT_EQ(returned.kind(), HostReturn::Kind::kExit);
    return returned.exit_code();
  };
  EXPECT_EQ(code("exit", V::variant(TypeKind::kResult, 0)), 0);
  EXPECT_EQ(code("exit", V::variant(TypeKind::kResult, 1)), 1);
  EXPECT_EQ(code("exit-with-code", V::u8(0)), 0);
  EXPECT_EQ(code("exit-with-code", V::u8(255)), 255);
}

class CliStdio : public ::testing::Test {
 protected:
  V call(component::HostInterfaceDef interface, std::string_view function) {
    caller.emplace(std::move(interface));
    caller->environment().set(&stdio);
    return caller->value(function);
  }
  template <class T>
  T* object(const V& handle) {
    return static_cast<T*>(caller->resources().get(component::host_resource_type<T>(),
                                                   static_cast<uint32_t>(handle.rep())));
  }
  Stdio stdio;
  std::optional<Caller> caller;
};

TEST_F(CliStdio, GivesTheStreams) {
  EXPECT_EQ(object<InputStream>(call(cli_stdin(), "get-stdin")), stdio.in.get());
  EXPECT_EQ(object<OutputStream>(call(cli_stdout(), "get-stdout")), stdio.out.get());
  EXPECT_EQ(object<OutputStream>(call(cli_stderr(), "get-stderr")), stdio.err.get());
}

TEST_F(CliStdio, AStreamThatIsDroppedCanBeHadAgain) {
  const auto out = std::make_shared<MemoryOutput>();
  stdio.out = out;
  const V first = call(cli_stdout(), "get-stdout");
  const V second = caller->value("get-stdout");
  EXPECT_NE(first.rep(), second.rep());
  ASSERT_TRUE(
      caller->resources()
          .remove(component::host_resource_type<OutputStream>(), static_cast<uint32_t>(first.rep()))
          .ok());
  EXPECT_TRUE(object<OutputStream>(second)->write({'x'}).ok());
  EXPECT_EQ(out->text(), "x");
}

TEST_F(CliStdio, TerminalsAreThereWhereStreamsAreTerminals) {
  EXPECT_EQ(call(terminal_stdin(), "get-terminal-stdin"), V::none());
  EXPECT_EQ(call(terminal_stdout(), "get-terminal-stdout"), V::none());
  EXPECT_EQ(call(terminal_stderr(), "get-terminal-stderr"), V::none());
  stdio.in_is_terminal = stdio.err_is_terminal = true;
  EXPECT_EQ(call(terminal_stdin(), "get-terminal-stdin").case_index(), 1U);
  EXPECT_EQ(call(terminal_stdout(), "get-terminal-stdout"), V::none());
  EXPECT_EQ(call(terminal_stderr(), "get-terminal-stderr").case_index(), 1U);
}

}  // namespace
}  // namespace tappet::wasi::p2

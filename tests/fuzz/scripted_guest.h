// Guests of fuzz targets that do what their host says: they ask it, by way of a function `next`,
// what to do next, do it, and ask again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "canonical-abi/linker/instance_pre.h"
#include "interp/engine.h"
#include "tests/fuzz/any_type.h"
#include "tests/unit/canonical-abi/support/host.h"

namespace tappet::component::fuzz {

// A message between guest and host: which operation of the guest's table, its arguments, and on
// whose behalf. The guest gives it back when it asks again.
struct Word {
  uint8_t op = 0;
  uint16_t x = 0;
  uint16_t y = 0;
  uint8_t z = 0;
  uint16_t token = 0;

  static Word from(uint64_t bits);
  uint64_t bits() const;
};

// Not an operation. Of the host: the guest's function returns x | y << 16. Of the guest: something
// begins, and x says what; it comes with the arguments.
inline constexpr uint8_t kEdge = 255;

// Its type, as the text format has it: word, result of the operation, and what else there is.
inline constexpr std::string_view kNextType =
    R"((param "word" u64) (param "result" u64) (param "p" u64) (result u64))";
// Defines "next<guest>".
using Next = std::function<uint64_t(HostEnvironment&, uint64_t word, uint64_t result, uint64_t p)>;
void define_next(test::Host& host, uint8_t guest, Next next);

// In a core module with a function $next and a table $steps of functions of the type $step, one for
// each operation: the functions $run (word, result, p) and $begin (what, first argument, second).
// `payload`: instructions for p after an operation.
std::string run_loop(std::string_view payload);

// The program, which has to be correct.
std::shared_ptr<const InstancePre> link_guests(const Engine& engine, std::string_view text,
                                               HostInterfaceDef host);

// A resource of the host's; it counts how many there are.
class Thing {
 public:
  explicit Thing(int& count) : count_(count) { ++count_; }
  ~Thing() { --count_; }
  Thing(const Thing&) = delete;
  Thing& operator=(const Thing&) = delete;

 private:
  int& count_;
};

// Plays an input. Under AddressSanitizer, it is played again if it leaves memory allocated, and
// must not do so time and again: for where its leak detection does not work.
void play_without_leak(const std::function<void()>& play);

// The same in a World that is made of the input; what a fuzz target returns.
template <class World>
int play_input(const uint8_t* data, size_t size, void (*play)(World&)) {
  play_without_leak([&] {
    Input in({data, size});
    World world(in);
    play(world);
  });
  return 0;
}

// Ends the process if not.
void require(bool ok, const char* what);

}  // namespace tappet::component::fuzz

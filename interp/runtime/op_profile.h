// How often each instruction of threaded code was executed: the question which operations are worth
// fusing is asked of real programs.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>

namespace tappet {

// Translation adds an entry per instruction and emits an instruction in front of it that counts.
// Any thread may add; counts are exact as long as one thread runs the code.
class OpProfile {
 public:
  // The counter of an instruction. `op` names the operation and its operands' classes; `joined`:
  // the instruction is only reached from the one added before, so that the two could be one.
  uint64_t& add(std::string op, bool joined);

  // A table of the `top` most executed operations and of the `top` most executed pairs of joined
  // instructions, each with its count and its share of all instructions executed.
  std::string report(size_t top) const;

 private:
  struct Entry {
    std::string op;
    bool joined;
    uint64_t count = 0;
  };

  mutable std::mutex mutex_;
  std::deque<Entry> entries_;  // addresses last
};

}  // namespace tappet

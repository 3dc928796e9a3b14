// Walks frames by their link slots: a frame's function is known from the code that holds its pc,
// its caller's frame from the call word before the return address, and what lies beyond wasm code
// from the side frames.
#include "interp/exec/machine.h"
#include "interp/module/names.h"

#include <map>

namespace tappet {

class BacktraceBuilder {
 public:
  explicit BacktraceBuilder(Thread& thread) : thread_(thread), side_(thread.side_frames_.size()) {}

  std::vector<StackFrame> build(const exec::State& s) {
    const uint64_t* pc = s.pc;
    const uint64_t* fp = s.fp;
    Instance* instance = s.in;
    while (frames_.size() < kMost) {
      const FunctionCode* code = instance != nullptr ? find(*instance, pc) : nullptr;
      if (frames_.empty() && instance == nullptr) break;  // a fault whose place is not known
      if (code == nullptr || !in_stack(fp, code->link_slot)) {
        // A return into a host function or another instance, or the bottom of a run.
        if (side_ == 0) break;
        const SideFrame& side = thread_.side_frames_[--side_];
        pc = side.return_pc;
        fp = thread_.stack_.get() + side.frame;
        instance = side.instance;
        continue;
      }
      add(*instance, *code, pc);
      const auto* to = reinterpret_cast<const uint64_t*>(fp[code->link_slot]);
      if (!exec::is_return_stub(to) && instance->code->find(to - 1) == nullptr) break;
      fp -= static_cast<uint32_t>(to[-2]);
      pc = to;
    }
    return std::move(frames_);
  }

 private:
  static constexpr size_t kMost = 64;

  // A memory fault's registers are recovered, not known: check before use.
  bool in_stack(const uint64_t* fp, uint32_t link) const {
    const uint64_t* bottom = thread_.stack_.get();
    return fp >= bottom && fp + link < bottom + thread_.capacity_;
  }

  // The caller's pc is a return address: one past the call.
  const FunctionCode* find(Instance& instance, const uint64_t* pc) const {
    return instance.code->find(frames_.empty() ? pc : pc - 1);
  }

  static std::string exported_name(const Module& module, uint32_t function) {
    for (const Export& item : module.exports) {
      if (item.kind == ExternKind::kFunc && item.index == function) return item.name;
    }
    return {};
  }

  void add(Instance& instance, const FunctionCode& code, const uint64_t* pc) {
    const Module& module = instance.module();
    auto [names, fresh] = names_.try_emplace(&module);
    if (fresh) names->second = read_names(module);
    StackFrame& frame = frames_.emplace_back();
    frame.module = names->second.module;
    frame.function_index = code.function_index;
    const auto name = names->second.functions.find(code.function_index);
    frame.function = name != names->second.functions.end()
                         ? name->second
                         : exported_name(module, code.function_index);
    const auto word =
        static_cast<uint32_t>((frames_.size() == 1 ? pc : pc - 1) - code.words.data());
    for (const FunctionCode::Origin& origin : code.origins) {
      if (origin.word > word) break;
      frame.offset = module.base_offset + origin.offset;
    }
  }

  Thread& thread_;
  size_t side_;
  std::vector<StackFrame> frames_;
  std::map<const Module*, Names> names_;
};

std::vector<StackFrame> make_backtrace(Thread& thread, const exec::State& s) {
  return BacktraceBuilder(thread).build(s);
}

}  // namespace tappet

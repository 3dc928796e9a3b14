// Memory instructions (core spec 3.4.7) beyond their fixed signatures.
#include "interp/validate/function_validator.h"

namespace tappet {

bool FunctionValidator::check_memarg(StackType& address) {
  const Instruction& memarg = instruction_;
  if (!check_memory(memarg.a)) return false;
  address = memory_address(memarg.a);
  const uint32_t access = kOpcodeColumns[static_cast<size_t>(memarg.opcode)].access_bytes;
  const bool is_atomic = row(memarg.opcode).feature == Feature::kThreads;
  const uint64_t alignment = memarg.b < 32 ? uint64_t{1} << memarg.b : UINT64_MAX;
  if (alignment > access) {
    invalid("alignment must not be larger than natural");
  } else if (is_atomic && alignment != access) {
    invalid("atomic alignment must be natural");
  } else if (memarg.value > UINT32_MAX && address == stack_type::kI32) {
    invalid("offset out of range");
  }
  return reader_.ok();
}

bool FunctionValidator::check_lane(uint32_t lanes) {
  if (instruction_.c < lanes) return true;
  invalid("invalid lane index");
  return false;
}

// A body may name data segments only where their number is known beforehand.
bool FunctionValidator::check_data(uint32_t segment) {
  if (!context_.module.has_data_count) {
    fail(ErrorKind::kMalformed, "data count section required");
    return false;
  }
  return check_index(segment, context_.data_count, "data segment");
}

// The operands of bulk instructions: addresses, then how many.
void FunctionValidator::pop_range(StackType destination, StackType source, StackType size) {
  pop(size);
  pop(source);
  pop(destination);
}

template <>
void FunctionValidator::special<Opcode::kMemoryInit>() {
  const Instruction& instruction = read<Immediate::kMemoryInit>();
  if (!check_memory(instruction.b) || !check_data(instruction.a)) return;
  pop_range(memory_address(instruction.b), stack_type::kI32, stack_type::kI32);
}

template <>
void FunctionValidator::special<Opcode::kMemoryCopy>() {
  const Instruction& instruction = read<Immediate::kMemoryCopy>();
  if (!check_memory(instruction.a) || !check_memory(instruction.b)) return;
  const StackType destination = memory_address(instruction.a);
  const StackType source = memory_address(instruction.b);
  pop_range(destination, source, std::min(destination, source));
}

}  // namespace tappet

#include "interp/runtime/store.h"

#include "interp/runtime/gc_heap.h"

#include <algorithm>
#include <new>

namespace tappet {

Store::Store(std::shared_ptr<TypeRegistry> registry, MemoryStrategy strategy, StoreLimits limits)
    : registry_(std::move(registry)), strategy_(strategy), limits_(limits) {
  set_fuel(limits.fuel);
}

Store::~Store() {
  for (Instance* instance : instances_) {
    instance->~Instance();
    ::operator delete(instance, std::align_val_t{16});
  }
}

GcHeap& Store::make_heap() {
  heap_ = std::make_unique<GcHeap>(*this, limits_.memory_bytes);
  return *heap_;
}

Function& Store::add_host_function(HostFunction function) {
  return add_host_function_ref(&host_functions_.emplace_back(std::move(function)));
}

Function& Store::add_host_function_ref(const HostFunction* function) {
  Function& made = functions_.emplace_back();
  made.type = function->type;
  made.host = function;
  made.shape = call_shape(registry_->function(function->type));
  return made;
}

Result<Memory*> Store::add_memory(const MemoryType& type,
                                  std::shared_ptr<const MemoryImage> image) {
  memories_.push_back(TAPPET_TRY(Memory::create(type, strategy_, limits_.memory_bytes,
                                                std::move(image), limits_.memory_pool)));
  return memories_.back().get();
}

Result<Memory*> Store::add_memory(const std::shared_ptr<SharedMemory>& shared) {
  // One Memory for each: who copies within a memory tells by its identity.
  for (const auto& memory : memories_) {
    if (memory->shared() == shared) return memory.get();
  }
  memories_.push_back(TAPPET_TRY(Memory::view_of(shared, strategy_, limits_.memory_bytes)));
  return memories_.back().get();
}

Result<Table*> Store::add_table(const TableType& type, Ref init) {
  tables_.push_back(TAPPET_TRY(Table::create(type, limits_.table_entries, init)));
  return tables_.back().get();
}

Global Store::add_global(const GlobalType& type, GlobalCell value) {
  return {type, &globals_.emplace_back(HostGlobal{value, type.type}).cell};
}

Tag& Store::add_tag(const TagType& type, const Module* module, uint32_t index) {
  Tag& tag = tags_.emplace_back();
  tag.type = type.type;
  tag.signature = &registry_->function(type.type);
  tag.slots = slots_of(tag.signature->params);
  tag.module = module;
  tag.index = index;
  return tag;
}

Instance& Store::add_instance(std::shared_ptr<const ModuleCode> code) {
  const Module& module = code->module();
  const InstanceLayout& layout = code->layout();
  void* block = ::operator new(layout.size, std::align_val_t{16});
  std::memset(block, 0, layout.size);
  auto* instance = new (block) Instance;
  if (instances_.empty()) instances_.reserve(4);  // a component's core modules, often
  instances_.push_back(instance);
  instance->control = &control_;
  instance->store = this;
  instance->code = code.get();
  instance->owner = std::move(code);
  instance->functions = instance->array<Function>(layout.functions);
  instance->dropped_elems.resize(module.elems.size());
  instance->dropped_datas.resize(module.datas.size());
  return *instance;
}

bool Store::reserves(const void* address) const {
  for (const auto& memory : memories_) {
    if (memory->reserves(address)) return true;
  }
  return false;
}

bool Store::owns(const Instance* instance) const {
  return std::find(instances_.begin(), instances_.end(), instance) != instances_.end();
}

void Store::set_fuel(uint64_t fuel) {
  const uint64_t slice = std::min(fuel, kFuelSlice);
  control_.fuel = static_cast<int64_t>(slice);
  fuel_reserve_ = fuel - slice;
}

bool Store::settle_fuel() {
  const uint64_t owed = -static_cast<uint64_t>(control_.fuel);
  const bool covered = owed <= fuel_reserve_;
  set_fuel(covered ? fuel_reserve_ - owed : 0);
  return covered;
}

void Store::renew_limit(uint64_t* limit) {
  control_.limit.store(limit);
  // A request that came in between must not be lost.
  if (requests_.load() != 0) control_.limit.store(nullptr);
}

}  // namespace tappet

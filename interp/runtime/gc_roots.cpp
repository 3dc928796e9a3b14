// What the collector starts from. Globals, tables and element segments are known by their types;
// stacks are not: every live slot of every thread is a reference if it looks like one.
#include "interp/runtime/gc_marker.h"
#include "interp/runtime/store.h"
#include "interp/runtime/thread.h"

namespace tappet {
namespace {

// False for what is certain to hold no objects.
bool may_hold_objects(const TypeRegistry& registry, ValueType type) {
  if (!type.is_ref()) return false;
  const HeapType heap = type.heap;
  if (heap.kind == HeapKind::kDefined) return !registry.is_function(heap.id);
  return heap.kind != HeapKind::kFunc && heap.kind != HeapKind::kNoFunc &&
         heap.kind != HeapKind::kI31;
}

void mark_instance(GcMarker& marker, const TypeRegistry& registry, Instance& instance) {
  const Module& module = instance.module();
  for (uint32_t i = module.imported_globals; i < module.globals.size(); ++i) {
    if (may_hold_objects(registry, module.globals[i].type.type))
      marker.root(instance.global(i).low);
  }
  for (const std::vector<Ref>& elements : instance.elem_values) marker.roots(elements);
}

}  // namespace

RootedCells::RootedCells(Store& store, const std::vector<GlobalCell>& cells)
    : store_(store), cells_(cells), outer_(store.rooted_cells_) {
  store.rooted_cells_ = this;
}

RootedCells::~RootedCells() { store_.rooted_cells_ = outer_; }

void Store::mark_roots(GcMarker& marker) const {
  for (const HostGlobal& global : globals_) {
    if (may_hold_objects(*registry_, global.type)) marker.root(global.cell.low);
  }
  for (const auto& table : tables_) {
    if (may_hold_objects(*registry_, table->type().element))
      marker.roots({table->elements(), table->size()});
  }
  for (Instance* instance : instances_) mark_instance(marker, *registry_, *instance);
  for (const RootedCells* cells = rooted_cells_; cells != nullptr; cells = cells->outer_) {
    for (const GlobalCell& cell : cells->cells_) marker.root(cell.low);
  }
  for (const Thread* thread = threads_; thread != nullptr; thread = thread->next_)
    thread->mark_roots(marker);
}

// Where the answer is not known, all of the stack.
uint64_t Thread::live_slots() const {
  const Control& control = store_.control();
  if (running_ && control.thread == this && control.live_end != nullptr)
    return static_cast<uint64_t>(control.live_end - stack_.get());
  if (running_ || waiting_) {
    const bool in_host =
        !side_frames_.empty() && side_frames_.back().kind == SideFrame::Kind::kHost;
    return in_host ? side_frames_.back().top : capacity_;
  }
  if (!active_) return 0;
  if (pc_ == nullptr) return entry_ == nullptr ? 0 : entry_->shape.locals_slot();
  const FunctionCode* code = instance_->code->find(pc_);
  return code == nullptr ? capacity_ : frame_ + code->frame_slots;
}

void Thread::mark_roots(GcMarker& marker) const {
  marker.roots({stack_.get(), live_slots()});
  marker.roots(results_);
  marker.root(t_);
}

}  // namespace tappet

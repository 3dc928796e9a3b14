#include "interp/runtime/instance.h"

namespace tappet {

Function& Instance::function(uint32_t index) {
  const uint32_t imported = module().imported_functions;
  if (index < imported) return *imported_function(index);
  Function& function = functions[index - imported];
  if (function.instance == nullptr) {
    const FunctionDecl& declared = module().functions[index];
    function.type = declared.type;
    function.shape = code->shape(declared.type_index);
    function.index = index;
    function.instance = this;
    function.set_code(code->entry(index));
  }
  return function;
}

GlobalCell& Instance::global(uint32_t index) {
  const uint32_t imported = module().imported_globals;
  return index < imported ? *imported_global(index) : own_global(index - imported);
}

Function* Instance::exported_function(std::string_view name) {
  const Export* item = module().find_export(name);
  return item != nullptr && item->kind == ExternKind::kFunc ? &function(item->index) : nullptr;
}

Memory* Instance::exported_memory(std::string_view name) {
  const Export* item = module().find_export(name);
  return item != nullptr && item->kind == ExternKind::kMemory ? memory(item->index) : nullptr;
}

Table* Instance::exported_table(std::string_view name) {
  const Export* item = module().find_export(name);
  return item != nullptr && item->kind == ExternKind::kTable ? table(item->index) : nullptr;
}

Tag* Instance::exported_tag(std::string_view name) {
  const Export* item = module().find_export(name);
  return item != nullptr && item->kind == ExternKind::kTag ? tag(item->index) : nullptr;
}

std::optional<Global> Instance::exported_global(std::string_view name) {
  const Export* item = module().find_export(name);
  if (item == nullptr || item->kind != ExternKind::kGlobal) return std::nullopt;
  return Global{module().globals[item->index].type, &global(item->index)};
}

}  // namespace tappet

// One side of the differential test: describes a module, or runs every export of it and says what
// happened, in words that host.mjs uses for the same things.
//
//   differential_driver describe FILE   imports and exports as JSON
//   differential_driver run FILE        one line per event
//
// Exit code 0 unless the file is not a valid module.
#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "interp/engine.h"
#include "interp/validate/validator.h"

namespace tappet {
namespace {

using nlohmann::json;

std::string type_name(const TypeRegistry& registry, ValueType type) {
  if (!type.is_ref()) return TypeRegistry::to_string(type);
  // What may cross to JavaScript, and whether there is a null to pass.
  if (registry.matches(type, ValueType::ref(true, {HeapKind::kExn, {}}))) return "exn";
  return type.nullable ? "ref" : "nonnull";
}

json types_of(const TypeRegistry& registry, const std::vector<ValueType>& types) {
  json out = json::array();
  for (const ValueType type : types) out.push_back(type_name(registry, type));
  return out;
}

json describe_item(const Module& module, ExternKind kind, uint32_t index) {
  const TypeRegistry& registry = *module.registry;
  switch (kind) {
    case ExternKind::kFunc: {
      const FuncType& type = module.function_type(index);
      return {{"kind", "func"},
              {"params", types_of(registry, type.params)},
              {"results", types_of(registry, type.results)}};
    }
    case ExternKind::kGlobal: {
      const GlobalType& type = module.globals[index].type;
      return {{"kind", "global"},
              {"type", type_name(registry, type.type)},
              {"mutable", type.is_mutable}};
    }
    case ExternKind::kMemory: {
      const MemoryType& type = module.memories[index].type;
      return {{"kind", "memory"},
              {"is64", type.address == AddressType::kI64},
              {"min", type.limits.min},
              {"max", type.limits.has_max ? json(type.limits.max) : json()},
              {"shared", type.shared}};
    }
    case ExternKind::kTable: {
      const TableType& type = module.tables[index].type;
      return {{"kind", "table"},
              {"is64", type.address == AddressType::kI64},
              {"min", type.limits.min},
              {"max", type.limits.has_max ? json(type.limits.max) : json()},
              {"type", type_name(registry, type.element)},
              {"func", registry.matches(type.element, kFuncRef)}};
    }
    case ExternKind::kTag:
      break;
  }
  return {{"kind", "tag"},
          {"params", types_of(registry, registry.function(module.tags[index].type.type).params)}};
}

json describe(const Module& module) {
  json imports = json::array();
  for (const Import& import : module.imports) {
    json item = describe_item(module, import.kind, import.index);
    item["module"] = import.module;
    item["name"] = import.name;
    imports.push_back(std::move(item));
  }
  json exports = json::array();
  for (const Export& item : module.exports) {
    json one = describe_item(module, item.kind, item.index);
    one["name"] = item.name;
    exports.push_back(std::move(one));
  }
  return {{"imports", std::move(imports)}, {"exports", std::move(exports)}};
}

// Numbers by their bits; all NaNs are one, all references but null are one.
std::string value_text(ValueType type, const uint64_t* slot) {
  switch (type.kind) {
    case ValueKind::kI32:
      return fmt::format("{}", static_cast<int32_t>(*slot));
    case ValueKind::kI64:
      return fmt::format("{}", static_cast<int64_t>(*slot));
    case ValueKind::kF32: {
      const auto bits = static_cast<uint32_t>(*slot);
      return std::isnan(std::bit_cast<float>(bits)) ? "nan" : fmt::format("f32:{:08x}", bits);
    }
    case ValueKind::kF64:
      return std::isnan(std::bit_cast<double>(*slot)) ? "nan" : fmt::format("f64:{:016x}", *slot);
    case ValueKind::kV128:
      return "v128";
    default:
      return *slot == 0 ? "null" : "ref";
  }
}

std::string values_text(const std::vector<ValueType>& types, const uint64_t* slots) {
  std::string out;
  for (const ValueType type : types) {
    out += " " + value_text(type, slots);
    slots += type.slots();
  }
  return out;
}

// What JavaScript makes of values that cannot cross.
constexpr const char* kTypeError = "type error";

std::string trap_text(const Trap& trap) {
  if (trap.kind == TrapKind::kStackExhausted) return "exhausted";
  if (trap.kind == TrapKind::kUncaughtException) return "exception";
  if (trap.message == kTypeError) return kTypeError;
  return "trap: " + trap.message;
}

class Run {
 public:
  Run() : store_(engine_.make_store()) {}

  int run(Bytes bytes) {
    auto code = engine_.compile(std::move(bytes));
    if (!code.ok()) {
      fmt::print(stderr, "{}\n", code.error().to_string());
      return 1;
    }
    std::vector<Extern> imports;
    for (const Import& import : (*code)->module().imports) {
      const auto made = make_import((*code)->module(), import);
      if (!made) {
        fmt::print(stderr, "cannot make import {}\n", import.name);
        return 1;
      }
      imports.push_back(*made);
    }
    auto made = instantiate(*store_, *code, imports);
    if (!made.ok()) {
      const auto* trap = std::get_if<Trap>(&made.error());
      fmt::print("instantiate {}\n", trap == nullptr ? "refused" : trap_text(*trap));
      return 0;
    }
    Instance& instance = **made;
    if (instance.module().has_start) {
      const std::string outcome = call(instance.function(instance.module().start));
      fmt::print("instantiate{}\n", outcome == " ->" ? "" : outcome);
      if (outcome != " ->") return 0;
    } else {
      fmt::print("instantiate\n");
    }
    for (const Export& item : instance.module().exports) run_export(instance, item);
    return 0;
  }

 private:
  static bool can_cross(const TypeRegistry& registry, const std::vector<ValueType>& types,
                        bool are_given) {
    for (const ValueType type : types) {
      const std::string name = type_name(registry, type);
      if (name == "v128" || name == "exn" || (are_given && name == "nonnull")) return false;
    }
    return true;
  }

  void run_export(Instance& instance, const Export& item) {
    if (item.kind == ExternKind::kFunc) {
      Function& function = instance.function(item.index);
      const FuncType& type = *function.shape.type;
      if (!can_cross(*engine_.registry(), type.params, true) ||
          !can_cross(*engine_.registry(), type.results, false)) {
        return;
      }
      fmt::print("call {}{}\n", item.name, call(function));
    } else if (item.kind == ExternKind::kMemory) {
      const Memory& memory = *instance.memory(item.index);
      uint32_t hash = 2166136261;
      for (uint64_t i = 0; i < memory.size(); ++i) hash = (hash ^ memory.base()[i]) * 16777619;
      fmt::print("memory {} {} {:08x}\n", item.name, memory.size(), hash);
    } else if (item.kind == ExternKind::kGlobal) {
      const Global global = *instance.exported_global(item.name);
      if (!can_cross(*engine_.registry(), {global.type.type}, false)) return;
      fmt::print("global {} {}\n", item.name, value_text(global.type.type, &global.cell->low));
    }
  }

  // Parameters count upwards; references are null.
  std::string call(Function& function) {
    const FuncType& type = *function.shape.type;
    std::vector<uint64_t> args;
    uint64_t next = 1;
    for (const ValueType param : type.params) {
      const uint64_t number = next++;
      if (param.kind == ValueKind::kF32) {
        args.push_back(std::bit_cast<uint32_t>(static_cast<float>(number)));
      } else if (param.kind == ValueKind::kF64) {
        args.push_back(std::bit_cast<uint64_t>(static_cast<double>(number)));
      } else {
        args.push_back(param.is_ref() ? 0 : number);
      }
    }
    Thread thread(*store_);
    thread.start(function, args);
    const Outcome outcome = tappet::run(thread);
    if (outcome == Outcome::kTrapped) return " " + trap_text(thread.trap());
    if (outcome != Outcome::kReturned) return " did not return";
    return " ->" + values_text(type.results, thread.results().data());
  }

  std::optional<Extern> make_import(const Module& module, const Import& import) {
    switch (import.kind) {
      case ExternKind::kFunc:
        return make_function(module.functions[import.index].type, import.name);
      case ExternKind::kGlobal:
        return store_->add_global(module.globals[import.index].type, {});
      case ExternKind::kMemory: {
        auto memory = store_->add_memory(module.memories[import.index].type);
        return memory.ok() ? std::optional<Extern>(*memory) : std::nullopt;
      }
      case ExternKind::kTable: {
        auto table = store_->add_table(module.tables[import.index].type, 0);
        return table.ok() ? std::optional<Extern>(*table) : std::nullopt;
      }
      case ExternKind::kTag:
        return &store_->add_tag(module.tags[import.index].type);
    }
    return std::nullopt;
  }

  // Says that it was called, and returns zeros.
  Function* make_function(TypeId type, const std::string& name) {
    const FuncType& signature = engine_.registry()->function(type);
    const TypeRegistry& registry = *engine_.registry();
    const bool crosses = can_cross(registry, signature.params, false) &&
                         can_cross(registry, signature.results, false);
    const bool returns = can_cross(registry, signature.results, true);  // null is no result then
    HostFunction function{type, [signature, name, crosses, returns](HostCall& call) {
                            if (!crosses) return call.trap(kTypeError);
                            std::vector<uint64_t> slots;
                            for (size_t i = 0; i < slots_of(signature.params); ++i)
                              slots.push_back(call.arg(i));
                            fmt::print("log {}{}\n", name,
                                       values_text(signature.params, slots.data()));
                            if (!returns) return call.trap(kTypeError);
                            for (size_t i = 0; i < slots_of(signature.results); ++i)
                              call.set_result(i, 0);
                            return HostOutcome::kReturn;
                          }};
    return &store_->add_host_function(std::move(function));
  }

  Engine engine_;
  std::unique_ptr<Store> store_;
};

int main(const std::string& command, const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  Bytes bytes(std::istreambuf_iterator<char>(in), {});
  if (command == "run") return Run().run(std::move(bytes));
  const Engine engine;
  const auto module = decode_module(std::move(bytes), engine.decode_options());
  if (!module.ok()) {
    fmt::print(stderr, "{}\n", module.error().to_string());
    return 1;
  }
  fmt::print("{}\n", describe(**module).dump());
  return 0;
}

}  // namespace
}  // namespace tappet

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  return tappet::main(argv[1], argv[2]);
}

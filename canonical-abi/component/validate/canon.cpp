// Canonical definitions (CanonicalABI.md, "Canonical Definitions"). Lift, lower and task.return
// follow from a component function type; all others from their row in canon.def.
#include <algorithm>

#include <fmt/format.h>

#include "canonical-abi/component/validate/validator.h"
#include "canonical-abi/types/functype.h"
#include "canonical-abi/types/print.h"

namespace tappet::component {
namespace {

bool params_contain_pointer(const FuncType& func) {
  return std::any_of(func.params.begin(), func.params.end(),
                     [](const Labelled& p) { return p.type->contains_pointer; });
}

FlattenOptions flatten_options(const CanonOptions& options, FlattenContext context) {
  return {context, options.is_async, options.callback.has_value(), options.width};
}

constexpr auto kNotAsync = "the `async` canonical option requires an async function type";

}  // namespace

Result<> Validator::canon(Scope& scope, const syntax::Canon& syntax) {
  const CanonRow& r = row(syntax.kind);
  TAPPET_TRY(require(r.feature));
  Canon canon;
  canon.kind = syntax.kind;
  canon.func = syntax.func;
  canon.options = TAPPET_TRY(canon_options(scope, r, syntax.options));
  if (syntax.kind == CanonKind::kLift) {
    TAPPET_TRY(lift(scope, syntax, canon));
    TAPPET_TRY(push(scope, {Sort::kFunc, canon.type}));
    return emit(scope, canon);
  }
  CoreFuncType core;
  if (syntax.kind == CanonKind::kLower) {
    core = TAPPET_TRY(lower(scope, canon));
  } else if (syntax.kind == CanonKind::kTaskReturn) {
    core = TAPPET_TRY(task_return(scope, syntax, canon));
  } else {
    core = TAPPET_TRY(built_in(scope, syntax, canon));
  }
  canon.core_type = options_.registry->add_function(std::move(core));
  TAPPET_TRY(push_core(scope, CoreFunc{canon.core_type}));
  return emit(scope, canon);
}

// Arguments are lowered into the lifted function's memory, its result is lifted from there.
Result<> Validator::lift(Scope& scope, const syntax::Canon& syntax, Canon& canon) {
  const FuncType& func = *TAPPET_TRY(scope.func_type(syntax.type));
  canon.type = &func;
  canon.core_type = TAPPET_TRY(scope.core_func(syntax.func));
  const CanonOptions& options = canon.options;
  TAPPET_TRY(budget().spend_steps(func.params.size()));
  if (options.is_async && !func.is_async) return invalid(kNotAsync);
  if (options.is_async && !options.callback) TAPPET_TRY(require(ComponentFeature::kAsyncStackful));
  const FlattenOptions flatten = flatten_options(options, FlattenContext::kLift);
  const bool params_in_memory =
      flatten_types(func.params, options.width).size() > max_flat_params(flatten);
  const bool result_in_memory =
      flatten_result(func, options.width).size() > max_flat_results(flatten);
  TAPPET_TRY(check_needs(options,
                         result_in_memory || (func.result && func.result->contains_pointer),
                         params_in_memory || params_contain_pointer(func)));
  const CoreFuncType core = flatten_functype(flatten, func);
  TAPPET_TRY(check_core_func(scope, syntax.func, core, "a lifted function"));
  if (!options.post_return) return {};
  return check_core_func(scope, *options.post_return, {core.results, {}},
                         "canonical option `post-return`");
}

// Arguments are lifted from the calling module's memory, the result is lowered into it.
Result<CoreFuncType> Validator::lower(Scope& scope, Canon& canon) {
  TAPPET_TRY(scope.check_index(Sort::kFunc, canon.func));
  const FuncType& func = *scope.funcs[canon.func];
  canon.type = &func;
  const CanonOptions& options = canon.options;
  TAPPET_TRY(budget().spend_steps(func.params.size()));
  if (options.is_async && !func.is_async) return invalid(kNotAsync);
  const FlattenOptions flatten = flatten_options(options, FlattenContext::kLower);
  const bool params_in_memory =
      flatten_types(func.params, options.width).size() > max_flat_params(flatten);
  const bool result_in_memory =
      flatten_result(func, options.width).size() > max_flat_results(flatten);
  TAPPET_TRY(check_needs(options,
                         params_in_memory || result_in_memory || params_contain_pointer(func),
                         func.result && func.result->contains_pointer));
  return flatten_functype(flatten, func);
}

// Its parameters are those of a sync lowered function that takes the result.
Result<CoreFuncType> Validator::task_return(Scope& scope, const syntax::Canon& syntax,
                                            Canon& canon) {
  canon.value = TAPPET_TRY(val_type(scope, syntax.result));
  FuncType taker;
  const Labelled param{{}, canon.value};
  if (canon.value) taker.params = {&param, 1};
  const FlattenOptions flatten = flatten_options(canon.options, FlattenContext::kLower);
  const bool in_memory =
      flatten_types(taker.params, canon.options.width).size() > max_flat_params(flatten);
  if (canon.value && canon.value->contains_borrow) {
    return invalid("function result cannot contain a `borrow` type");
  }
  TAPPET_TRY(check_needs(canon.options, in_memory || params_contain_pointer(taker), false));
  return flatten_functype(flatten, taker);
}

Result<CoreFuncType> Validator::built_in(Scope& scope, const syntax::Canon& syntax, Canon& canon) {
  const CanonRow& r = row(canon.kind);
  canon.number = syntax.number;
  canon.flag = syntax.flag;
  for (const char letter : r.immediates) TAPPET_TRY(immediate(scope, letter, syntax, canon));
  TAPPET_TRY(check_built_in_options(canon));
  CoreFuncType core;
  std::vector<ValueType>* to = &core.params;
  for (const char letter : r.signature) {
    if (letter == '_') {
      to = &core.results;
    } else {
      to->push_back(TAPPET_TRY(signature_type(scope, letter, syntax, canon)));
    }
  }
  return core;
}

Result<> Validator::immediate(Scope& scope, char letter, const syntax::Canon& syntax,
                              Canon& canon) {
  switch (letter) {
    case 'R': {
      const Resource& resource = *TAPPET_TRY(scope.resource_type(syntax.type))->resource;
      if (canon.kind != CanonKind::kResourceDrop && !resource.is_local) {
        return invalid(fmt::format("type index {} is not a local resource", syntax.type));
      }
      canon.slot = resource.slot;
      return {};
    }
    case 'S':
    case 'U': {
      const TypeKind kind = letter == 'S' ? TypeKind::kStream : TypeKind::kFuture;
      canon.value = TAPPET_TRY(scope.type(syntax.type)).value();
      if (canon.value && canon.value->kind == kind) return {};
      return invalid(fmt::format("type index {} is not a {} type", syntax.type, row(kind).text));
    }
    case 'a':
      return canon.flag ? require(ComponentFeature::kAsyncBuiltins) : Result<>();
    case 'm':
      canon.options.memory = syntax.memory;
      canon.options.width = TAPPET_TRY(memory_width(scope, syntax.memory));
      return {};
    case 'v':
      return context_immediates(scope, syntax, canon);
    case 'y': {
      canon.thread_type = TAPPET_TRY(core_defined(scope.core_types, TypeId(syntax.core_type)));
      const bool is_func = options_.registry->is_function(canon.thread_type);
      const CoreFuncType found =
          is_func ? options_.registry->function(canon.thread_type) : CoreFuncType();
      if (found == CoreFuncType{{kI64}, {}}) return require(ComponentFeature::kMemory64);
      if (found == CoreFuncType{{kI32}, {}}) return {};
      return invalid("a thread's start function takes one i32, or i64, and returns nothing");
    }
    case 'b': {
      const CoreExternType found = TAPPET_TRY(scope.core_item(ExternKind::kTable, syntax.table));
      const TableType& table = std::get<TableType>(found);
      canon.table = syntax.table;
      if (!options_.registry->matches(table.element, kFuncRef)) {
        return invalid("the table of a thread's start functions must hold functions");
      }
      if (table.address == AddressType::kI64) return require(ComponentFeature::kMemory64);
      return {};
    }
    default:
      return {};
  }
}

Result<> Validator::context_immediates(Scope& scope, const syntax::Canon& syntax,
                                       const Canon& canon) {
  if (syntax.value_type == kI64) TAPPET_TRY(require(ComponentFeature::kMemory64));
  if (syntax.value_type != kI32 && syntax.value_type != kI64) {
    return invalid(fmt::format("{} can only be of type i32 or i64", row(canon.kind).text));
  }
  if (syntax.number >= 2) {
    return invalid(fmt::format("{} {} is out of bounds: there are 2 elements", row(canon.kind).text,
                               syntax.number));
  }
  if (scope.context_type && *scope.context_type != syntax.value_type) {
    return invalid("all context.get and context.set of a component must have the same type");
  }
  scope.context_type = syntax.value_type;
  return {};
}

Result<> Validator::check_built_in_options(const Canon& canon) {
  const CanonOptions& options = canon.options;
  switch (canon.kind) {
    case CanonKind::kStreamRead:
    case CanonKind::kStreamWrite:
    case CanonKind::kFutureRead:
    case CanonKind::kFutureWrite: {
      if (!options.is_async) TAPPET_TRY(require(ComponentFeature::kAsyncBuiltins));
      const bool reads =
          canon.kind == CanonKind::kStreamRead || canon.kind == CanonKind::kFutureRead;
      const ValType* const element = canon.value->element;
      return check_needs(options, element, element && reads && element->contains_pointer);
    }
    case CanonKind::kErrorContextNew:
      return check_needs(options, true, false);
    case CanonKind::kErrorContextMessage:
      return check_needs(options, true, true);
    default:
      return {};
  }
}

Result<ValueType> Validator::signature_type(const Scope& scope, char letter,
                                            const syntax::Canon& syntax, const Canon& canon) {
  switch (letter) {
    case 'I':
      return kI64;
    case 'p':
      return value_type(canon.options.width);
    case 'v':
      return syntax.value_type;
    case 'R':
      return scope.component->resources[canon.slot]->rep;
    case 'C':
      return options_.registry->function(canon.thread_type).params[0];
    case 'y':
      return ValueType::ref(true, {HeapKind::kDefined, canon.thread_type});
    case 'b': {
      const CoreExternType found = TAPPET_TRY(scope.core_item(ExternKind::kTable, syntax.table));
      return value_type(std::get<TableType>(found).address);
    }
    default:
      return kI32;
  }
}

}  // namespace tappet::component

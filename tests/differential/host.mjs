// The other side of the differential test: runs a module on V8 as driver.cpp runs it here.
//
//   node host.mjs FILE DESCRIPTION.json

import { readFileSync } from "node:fs";

const [file, descriptionFile] = process.argv.slice(2);
const description = JSON.parse(readFileSync(descriptionFile, "utf8"));
const lines = [];
const print = (line) => lines.push(line);

const bits = new DataView(new ArrayBuffer(8));

function valueText(type, value) {
  switch (type) {
    case "i32":
      return String(value | 0);
    case "i64":
      return String(BigInt.asIntN(64, value));
    case "f32":
      bits.setFloat32(0, value);
      return Number.isNaN(value) ? "nan" : `f32:${bits.getUint32(0).toString(16).padStart(8, "0")}`;
    case "f64":
      bits.setFloat64(0, value);
      return Number.isNaN(value)
        ? "nan"
        : `f64:${bits.getBigUint64(0).toString(16).padStart(16, "0")}`;
    default:
      return value === null ? "null" : "ref";
  }
}

function valuesText(types, values) {
  return types.map((type, i) => ` ${valueText(type, values[i])}`).join("");
}

const zero = (type) => (type === "i64" ? 0n : type === "ref" ? null : 0);

function results(types) {
  if (types.length === 0) return undefined;
  return types.length === 1 ? zero(types[0]) : types.map(zero);
}

// V8's words for the traps of the specification, as the start of ours.
const kTraps = [
  [/unreachable/, "unreachable"],
  [/memory access out of bounds|data segment out of bounds/, "out of bounds memory access"],
  [/data segment .* is out of bounds|offset .* out of bounds/, "out of bounds memory access"],
  [/divide by zero|remainder by zero/, "integer divide by zero"],
  [/divide result unrepresentable/, "integer overflow"],
  [/float unrepresentable/, "(integer overflow|invalid conversion to integer)"],
  [/table index is out of bounds|table access out of bounds|table initializer .* out of bounds|element segment .* bounds|table or segment/, "(undefined element|out of bounds table access|uninitialized element)"],
  [/null function or function signature|null function|signature mismatch/, "(indirect call type mismatch|uninitialized element|undefined element)"],
  [/rethrowing null/, "null exception reference"],
  [/dereferencing a null pointer/, "null .*reference"],
  [/illegal cast/, "cast failure"],
  [/array element access out of bounds|array index/, "out of bounds array access|out of bounds memory access|out of bounds table access"],
  [/requested new array is too large/, "allocation size too large|out of memory"],
];

function errorText(error) {
  if (error instanceof RangeError) return "exhausted";
  if (typeof WebAssembly.Exception === "function" && error instanceof WebAssembly.Exception)
    return "exception";
  if (error instanceof WebAssembly.RuntimeError) {
    for (const [pattern, ours] of kTraps) {
      if (pattern.test(error.message)) return `trap: ${ours}`;
    }
    return `trap: ? ${error.message}`;
  }
  if (error instanceof TypeError) return "type error";
  return `error: ${error}`;
}

function limits(item, address) {
  const number = (n) => (item.is64 ? BigInt(n) : n);
  const type = { initial: number(item.min) };
  if (item.max !== null) type.maximum = number(item.max);
  if (item.is64) Object.assign(type, { address: "i64", index: "i64" });
  if (item.shared) type.shared = true;
  return type;
}

function makeImport(item) {
  switch (item.kind) {
    case "func":
      return (...args) => {
        print(`log ${item.name}${valuesText(item.params, args)}`);
        return results(item.results);
      };
    case "global": {
      const type = item.type === "ref" ? "externref" : item.type;
      return new WebAssembly.Global({ value: type, mutable: item.mutable }, zero(item.type));
    }
    case "memory":
      return new WebAssembly.Memory(limits(item));
    case "table":
      return new WebAssembly.Table({ ...limits(item), element: item.func ? "anyfunc" : "externref" });
    case "tag":
      return new WebAssembly.Tag({
        parameters: item.params.map((type) => (type === "ref" ? "externref" : type)),
      });
  }
}

const imports = {};
for (const item of description.imports) {
  imports[item.module] ??= {};
  imports[item.module][item.name] = makeImport(item);
}

const canCross = (types, given) =>
  !types.some((type) => type === "v128" || type === "exn" || (given && type === "nonnull"));

function callText(item, func) {
  const args = item.params.map((type, i) =>
    type === "i64" ? BigInt(i + 1) : type === "ref" ? null : i + 1,
  );
  try {
    let values = func(...args);
    if (item.results.length === 1) values = [values];
    if (item.results.length > 1) values = [...values];
    return ` ->${valuesText(item.results, values ?? [])}`;
  } catch (error) {
    return ` ${errorText(error)}`;
  }
}

function hashText(memory) {
  const bytes = new Uint8Array(memory.buffer);
  let hash = 2166136261;
  for (let i = 0; i < bytes.length; ++i) hash = Math.imul(hash ^ bytes[i], 16777619);
  return `${bytes.length} ${(hash >>> 0).toString(16).padStart(8, "0")}`;
}

function run() {
  const module = new WebAssembly.Module(readFileSync(file));
  let instance;
  try {
    instance = new WebAssembly.Instance(module, imports);
  } catch (error) {
    print(`instantiate ${error instanceof WebAssembly.LinkError ? "refused" : errorText(error)}`);
    return;
  }
  print("instantiate");
  for (const item of description.exports) {
    const value = instance.exports[item.name];
    if (item.kind === "func") {
      if (!canCross(item.params, true) || !canCross(item.results, false)) continue;
      print(`call ${item.name}${callText(item, value)}`);
    } else if (item.kind === "memory") {
      print(`memory ${item.name} ${hashText(value)}`);
    } else if (item.kind === "global" && canCross([item.type], false)) {
      print(`global ${item.name} ${valueText(item.type, value.value)}`);
    }
  }
}

run();
process.stdout.write(lines.join("\n") + "\n");

;; What link-circle-a.wasm imports, but of another type.
(component
  (core module $m (func (export "f") (param i32)))
  (core instance $m (instantiate $m))
  (func $f (param "x" u32) (canon lift (core func $m "f")))
  (instance $i (export "f" (func $f)))
  (export "example:circle/b" (instance $i)))

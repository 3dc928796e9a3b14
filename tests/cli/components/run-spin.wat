;; A command without imports.
(component
  (core module $m
    (func (export "ok") (result i32) (i32.const 0))
    (func (export "error") (result i32) (i32.const 1))
    (func (export "trap") (result i32) unreachable)
    (func (export "spin") (result i32) (loop (br 0)) (i32.const 0)))
  (core instance $i (instantiate $m))
  (func $run (result (result)) (canon lift (core func $i "spin")))
  (instance $interface (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $interface)))

;; Takes counters of link-counter.wasm; and exports a function by itself.
(component
  (import "example:count/counter@1.1.0" (instance $counter
    (export "counter" (type $c (sub resource)))
    (export "[method]counter.next" (func (param "self" (borrow $c)) (result u32)))))
  (alias export $counter "counter" (type $c))
  (core func $next (canon lower (func $counter "[method]counter.next")))
  (core func $drop (canon resource.drop $c))
  (core module $m
    (import "env" "next" (func $next (param i32) (result i32)))
    (import "env" "drop" (func $drop (param i32)))
    (memory (export "memory") 1)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
    (func (export "keep") (param i32) (result i32)
      (call $next (local.get 0))
      (call $drop (local.get 0)))
    (func (export "greet") (param i32 i32) (result i32)
      (i32.store (i32.const 16) (local.get 0))
      (i32.store (i32.const 20) (local.get 1))
      (i32.const 16))
    (func (export "twice") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2))))
  (core instance $i (instantiate $m (with "env" (instance
    (export "next" (func $next)) (export "drop" (func $drop))))))
  (func $keep (param "c" (own $c)) (result u32) (canon lift (core func $i "keep")))
  (func $greet (param "name" string) (result string)
    (canon lift (core func $i "greet") (memory (core memory $i "memory")) (realloc (core func $i "realloc"))))
  (component $interface
    (import "counter" (type $c (sub resource)))
    (import "keep" (func $keep (param "c" (own $c)) (result u32)))
    (import "greet" (func $greet (param "name" string) (result string)))
    (export $c' "counter" (type $c))
    (export "keep" (func $keep) (func (param "c" (own $c')) (result u32)))
    (export "greet" (func $greet)))
  (instance $s (instantiate $interface
    (with "counter" (type $c)) (with "keep" (func $keep)) (with "greet" (func $greet))))
  (export "example:count/store" (instance $s))
  (func (export "twice") (param "x" u32) (result u32) (canon lift (core func $i "twice"))))

;; Imports an interface in two versions, and exports one.
(component
  (import "test:host/api@0.2.0" (instance $old
    (export "thing" (type $thing (sub resource)))
    (export "[constructor]thing" (func (param "n" u32) (result (own $thing))))))
  (alias export $old "thing" (type $old_thing))
  (import "test:host/api@0.2.4" (instance $new
    (export "thing" (type $thing (eq $old_thing)))
    (export "[method]thing.get" (func (param "self" (borrow $thing)) (result u32)))
    (export "add-one" (func (param "x" u32) (result u32)))))
  (canon lower (func $old "[constructor]thing") (core func $make))
  (canon lower (func $new "[method]thing.get") (core func $get))
  (core module $M
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "get" (func $get (param i32) (result i32)))
    (func (export "run") (param i32) (result i32) (call $get (call $make (local.get 0)))))
  (core instance $m (instantiate $M (with "" (instance (export "make" (func $make)) (export "get" (func $get))))))
  (func $run (param "n" u32) (result u32) (canon lift (core func $m "run")))
  (instance $run_instance (export "run" (func $run)))
  (export "test:guest/runner@0.2.7" (instance $run_instance))
  (export "test:guest/runner@1.4.0" (instance $run_instance))
)

;; The same with a resource type of its own in each version, as components are that were composed.
(component
  (import "test:host/api@0.2.0" (instance $old
    (export "thing" (type $thing (sub resource)))
    (export "[constructor]thing" (func (param "n" u32) (result (own $thing))))))
  (import "test:host/api@0.2.4" (instance $new
    (export "thing" (type $thing (sub resource)))
    (export "[method]thing.get" (func (param "self" (borrow $thing)) (result u32)))))
  (canon lower (func $old "[constructor]thing") (core func $make))
  (canon lower (func $new "[method]thing.get") (core func $get))
  (core module $M
    (import "" "make" (func $make (param i32) (result i32)))
    (import "" "get" (func $get (param i32) (result i32)))
    (func (export "run") (param i32) (result i32) (call $get (call $make (local.get 0)))))
  (core instance $m (instantiate $M (with "" (instance (export "make" (func $make)) (export "get" (func $get))))))
  (func (export "run") (param "n" u32) (result u32) (canon lift (core func $m "run")))
)

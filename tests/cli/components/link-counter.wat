;; Counters: a resource type of its own, in an interface of a later version than link-app imports.
(component
  (core module $state
    (memory (export "memory") 1)
    (global $count (mut i32) (i32.const 0))
    (func (export "new") (param i32) (result i32)
      (global.set $count (i32.add (global.get $count) (i32.const 4)))
      (i32.store (global.get $count) (local.get 0))
      (global.get $count))
    (func (export "next") (param i32) (result i32)
      (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (i32.const 1)))
      (i32.load (local.get 0))))
  (core instance $s (instantiate $state))
  (type $counter (resource (rep i32)))
  (core func $make (canon resource.new $counter))
  (core module $glue
    (import "env" "new" (func $new (param i32) (result i32)))
    (import "env" "make" (func $make (param i32) (result i32)))
    (func (export "construct") (param i32) (result i32) (call $make (call $new (local.get 0)))))
  (core instance $g (instantiate $glue (with "env" (instance
    (export "new" (func $s "new")) (export "make" (func $make))))))
  (func $construct (param "start" u32) (result (own $counter))
    (canon lift (core func $g "construct")))
  (func $next (param "self" (borrow $counter)) (result u32) (canon lift (core func $s "next")))
  (component $interface
    (import "counter" (type $c (sub resource)))
    (import "construct" (func $construct (param "start" u32) (result (own $c))))
    (import "next" (func $next (param "self" (borrow $c)) (result u32)))
    (export $c' "counter" (type $c))
    (export "[constructor]counter" (func $construct)
      (func (param "start" u32) (result (own $c'))))
    (export "[method]counter.next" (func $next)
      (func (param "self" (borrow $c')) (result u32))))
  (instance $i (instantiate $interface
    (with "counter" (type $counter))
    (with "construct" (func $construct))
    (with "next" (func $next))))
  (export "example:count/counter@1.2.0" (instance $i)))

;; A parent that calls its child, which calls the parent back: a donut.
(component
  (core module $Inner (func (export "f") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1))))
  (core instance $inner (instantiate $Inner))
  (func $f (param "x" u32) (result u32) (canon lift (core func $inner "f")))
  (component $Child
    (import "f" (func $f (param "x" u32) (result u32)))
    (canon lower (func $f) (core func $f'))
    (core module $M
      (import "" "f" (func $f (param i32) (result i32)))
      (func (export "g") (param i32) (result i32) (i32.mul (call $f (local.get 0)) (i32.const 10))))
    (core instance $m (instantiate $M (with "" (instance (export "f" (func $f'))))))
    (func (export "g") (param "x" u32) (result u32) (canon lift (core func $m "g"))))
  (instance $child (instantiate $Child (with "f" (func $f))))
  (canon lower (func $child "g") (core func $g))
  (core module $Outer
    (import "" "g" (func $g (param i32) (result i32)))
    (func (export "h") (param i32) (result i32) (call $g (local.get 0))))
  (core instance $outer (instantiate $Outer (with "" (instance (export "g" (func $g))))))
  (func (export "h") (param "x" u32) (result u32) (canon lift (core func $outer "h")))
  (export "g" (func $child "g"))
)

;; Imports of all kinds, of which only two are called.
(component
  (import "test:types/plain@1.0.0" (instance
    (type $pair (record (field "a" u32) (field "b" string)))
    (export "pair" (type (eq $pair)))))
  (import "test:host/api@0.2.3" (instance $api
    (export "thing" (type $thing (sub resource)))
    (export "consume" (func (param "t" (own $thing)) (result u32)))
    (export "add-one" (func (param "x" u32) (result u32)))
    (export "subtract-one" (func (param "x" u32) (result u32)))))
  (import "test:host/other@3.1.0" (instance $other
    (export "stuff" (type $stuff (sub resource)))
    (export "make" (func (result (own $stuff))))))
  (import "plain" (func $plain (param "x" u32) (result u32)))
  (canon lower (func $api "add-one") (core func $add_one))
  (canon lower (func $api "subtract-one") (core func $subtract_one))
  (canon lower (func $other "make") (core func $make))
  (canon lower (func $plain) (core func $plain'))
  (core module $M
    (import "" "add-one" (func $add_one (param i32) (result i32)))
    (import "" "subtract-one" (func $subtract_one (param i32) (result i32)))
    (import "" "make" (func $make (result i32)))
    (import "" "plain" (func $plain (param i32) (result i32)))
    (func (export "add") (param i32) (result i32) (call $add_one (local.get 0)))
    (func (export "subtract") (param i32) (result i32) (call $subtract_one (local.get 0)))
    (func (export "plain") (param i32) (result i32) (call $plain (local.get 0)))
    (func (export "make") (drop (call $make))))
  (core instance $m (instantiate $M (with "" (instance
    (export "add-one" (func $add_one)) (export "subtract-one" (func $subtract_one))
    (export "make" (func $make)) (export "plain" (func $plain'))))))
  (func (export "add") (param "x" u32) (result u32) (canon lift (core func $m "add")))
  (func (export "subtract") (param "x" u32) (result u32) (canon lift (core func $m "subtract")))
  (func (export "plain") (param "x" u32) (result u32) (canon lift (core func $m "plain")))
  (func (export "make") (canon lift (core func $m "make")))
)

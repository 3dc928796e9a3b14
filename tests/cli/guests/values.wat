;; For --invoke.
(module
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "same") (param i32 i64 f32 f64) (result i32 i64 f32 f64)
    local.get 0 local.get 1 local.get 2 local.get 3)
  (func (export "none"))
  (func (export "null") (result funcref externref) (ref.null func) (ref.null extern))
  (func (export "takes-reference") (param funcref))
  (global (export "global") i32 (i32.const 0)))

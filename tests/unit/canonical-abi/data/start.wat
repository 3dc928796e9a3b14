;; Start functions: one that spins, one that calls the host, in the order of definitions.
(component
  (import "test:host/api@0.2.3" (instance $api
    (export "add-one" (func (param "x" u32) (result u32)))
    (export "wait" (func (param "x" u32) (result u32)))))
  (canon lower (func $api "add-one") (core func $add_one))
  (canon lower (func $api "wait") (core func $wait))
  (core module $Spin
    (global $n (export "n") (mut i32) (i32.const 0))
    (func $start
      (loop $again
        (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (br_if $again (i32.lt_u (global.get $n) (i32.const 1000)))))
    (start $start))
  (core instance $spin (instantiate $Spin))
  (core module $Call
    (import "" "n" (global $n (mut i32)))
    (import "" "wait" (func $wait (param i32) (result i32)))
    (import "" "add-one" (func $add_one (param i32) (result i32)))
    (global $m (mut i32) (i32.const 0))
    (func $start
      (global.set $m (call $wait (call $add_one (global.get $n)))))
    (func (export "result") (result i32) (global.get $m))
    (start $start))
  (core instance $call (instantiate $Call (with "" (instance
    (export "n" (global $spin "n")) (export "wait" (func $wait)) (export "add-one" (func $add_one))))))
  (func (export "result") (result u32) (canon lift (core func $call "result")))
)

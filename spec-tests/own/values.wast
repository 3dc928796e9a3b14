;; Value definitions and start functions, executed: `get` reads a value that a component exports.

;; Constants of every kind of type.
(component
  (value $a bool true)
  (value $b u8 255)
  (value $c s16 -300)
  (value $d u64 18446744073709551615)
  (value $e f32 9.5)
  (value $f f64 nan)
  (value $g char 'x')
  (value $h string "a string")
  (value $i (list u8) (list 1 2 3))
  (value $j (tuple u8 (option string)) (tuple 1 (some "x")))
  (value $k (result u8 (error string)) (error "no"))
  (export "a" (value $a)) (export "b" (value $b)) (export "c" (value $c))
  (export "d" (value $d)) (export "e" (value $e)) (export "f" (value $f))
  (export "g" (value $g)) (export "h" (value $h)) (export "i" (value $i))
  (export "j" (value $j)) (export "k" (value $k)))
(assert_return (get "a") (bool.const true))
(assert_return (get "b") (u8.const 255))
(assert_return (get "c") (s16.const -300))
(assert_return (get "d") (u64.const 18446744073709551615))
(assert_return (get "e") (f32.const 9.5))
(assert_return (get "f") (f64.const nan:canonical))
(assert_return (get "g") (char.const "x"))
(assert_return (get "h") (str.const "a string"))
(assert_return (get "i") (list.const (u8.const 1) (u8.const 2) (u8.const 3)))
(assert_return (get "j") (tuple.const (u8.const 1) (option.some (str.const "x"))))
(assert_return (get "k") (result.err (str.const "no")))

;; A start function between a value and another; its result goes through a nested component by
;; `with`, and through inline exports.
(component
  (component $Greeter
    (import "name" (value $name string))
    (core module $libc
      (memory (export "memory") 1)
      (global $next (mut i32) (i32.const 64))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (global.get $next)
        (global.set $next (i32.add (global.get $next) (local.get 3))))
      ;; "hello " and the name
      (func (export "greet") (param i32 i32) (result i32)
        (memory.copy (i32.const 1030) (local.get 0) (local.get 1))
        (i32.store (i32.const 1000) (i32.const 1024))
        (i32.store (i32.const 1004) (i32.add (local.get 1) (i32.const 6)))
        (i32.const 1000))
      (data (i32.const 1024) "hello "))
    (core instance $libc (instantiate $libc))
    (func $greet (param "name" string) (result string) (canon lift (core func $libc "greet")
      (memory $libc "memory") (realloc (func $libc "realloc"))))
    (start $greet (value $name) (result (value $greeting)))
    (export "greeting" (value $greeting)))
  (value $world string "world")
  (instance $first (instantiate $Greeter (with "name" (value $world))))
  (alias export $first "greeting" (value $greeting))
  (instance $bundle (export "name" (value $greeting)))
  (alias export $bundle "name" (value $again))
  (instance $second (instantiate $Greeter (with "name" (value $again))))
  (export "twice" (value $second "greeting")))
(assert_return (get "twice") (str.const "hello hello world"))

;; Start functions run in their order, between core instances, and change what comes later.
(component
  (core module $m
    (global $n (mut i32) (i32.const 1))
    (func (export "twice-plus") (param i32) (result i32)
      (global.set $n (i32.add (i32.mul (global.get $n) (i32.const 2)) (local.get 0)))
      (global.get $n)))
  (core instance $i (instantiate $m))
  (func $f (param "x" u32) (result u32) (canon lift (core func $i "twice-plus")))
  (value $three u32 3)
  (start $f (value $three) (result (value $a)))
  (start $f (value $a) (result (value $b)))
  (value $one u32 1)
  (start $f (value $one) (result (value $c)))
  (export "b" (value $b))
  (export "c" (value $c))
  (export "f" (func $f)))
(assert_return (get "b") (u32.const 15))
(assert_return (get "c") (u32.const 31))
(assert_return (invoke "f" (u32.const 0)) (u32.const 62))
(assert_return (get "c") (u32.const 31))

;; A value that is a handle moves from function to function.
(component
  (component $Counter
    (type $r (resource (rep i32)))
    (core func $new (canon resource.new $r))
    (core func $rep (canon resource.rep $r))
    (core module $m
      (import "r" "new" (func $new (param i32) (result i32)))
      (import "r" "rep" (func $rep (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 42)))
      (func (export "look") (param i32) (result i32) (call $rep (local.get 0))))
    (core instance $i (instantiate $m (with "r" (instance
      (export "new" (func $new)) (export "rep" (func $rep))))))
    (export $r' "r" (type $r))
    (func (export "make") (result (own $r')) (canon lift (core func $i "make")))
    (func (export "look") (param "r" (own $r')) (result u32) (canon lift (core func $i "look"))))
  (instance $c (instantiate $Counter))
  (alias export $c "make" (func $make))
  (alias export $c "look" (func $look))
  (start $make (result (value $made)))
  (start $look (value $made) (result (value $seen)))
  (export "seen" (value $seen)))
(assert_return (get "seen") (u32.const 42))

;; What a start function traps with, instantiation does.
(assert_trap
  (component
    (core module $m (func (export "f") unreachable))
    (core instance $i (instantiate $m))
    (func $f (canon lift (core func $i "f")))
    (start $f))
  "unreachable")

;; The host has no value of that name.
(assert_unlinkable (component (import "locale" (value $l string)) (export "l" (value $l)))
  "value `locale` is missing")

;; Calls from one component into another, each in a loop of a core module, beside a loop of
;; call_indirect. Every function takes how many times, and returns a digest.
(component
  (component $callee
    (core module $m
      (memory (export "memory") 4)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
      (func (export "scalar") (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
      (func (export "record")
        (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
        (i32.add (local.get 0) (local.get 15)))
      (func (export "bytes") (param i32 i32) (result i32)
        (i32.add (i32.load8_u (local.get 0)) (local.get 1))))
    (core instance $i (instantiate $m))
    (type $fields (record
      (field "a" u32) (field "b" u32) (field "c" u32) (field "d" u32)
      (field "e" u32) (field "f" u32) (field "g" u32) (field "h" u32)
      (field "i" u32) (field "j" u32) (field "k" u32) (field "l" u32)
      (field "m" u32) (field "n" u32) (field "o" u32) (field "p" u32)))
    (export $fields' "fields" (type $fields))
    (func (export "scalar") (param "x" u32) (result u32) (canon lift (core func $i "scalar")))
    (func (export "record") (param "x" $fields') (result u32) (canon lift (core func $i "record")))
    (func (export "text") (param "x" string) (result u32)
      (canon lift (core func $i "bytes") (memory $i "memory") (realloc (func $i "realloc"))))
    (func (export "list") (param "x" (list u8)) (result u32)
      (canon lift (core func $i "bytes") (memory $i "memory") (realloc (func $i "realloc")))))

  (component $caller
    (import "callee" (instance $callee
      (type $record (record
        (field "a" u32) (field "b" u32) (field "c" u32) (field "d" u32)
        (field "e" u32) (field "f" u32) (field "g" u32) (field "h" u32)
        (field "i" u32) (field "j" u32) (field "k" u32) (field "l" u32)
        (field "m" u32) (field "n" u32) (field "o" u32) (field "p" u32)))
      (export "fields" (type $fields (eq $record)))
      (export "scalar" (func (param "x" u32) (result u32)))
      (export "record" (func (param "x" $fields) (result u32)))
      (export "text" (func (param "x" string) (result u32)))
      (export "list" (func (param "x" (list u8)) (result u32)))))
    (core module $libc (memory (export "memory") 4))
    (core instance $libc (instantiate $libc))
    (core func $scalar (canon lower (func $callee "scalar")))
    (core func $record (canon lower (func $callee "record")))
    (core func $text (canon lower (func $callee "text") (memory $libc "memory")))
    (core func $list (canon lower (func $callee "list") (memory $libc "memory")))
    (core module $m
      (type $unary (func (param i32) (result i32)))
      (import "callee" "scalar" (func $scalar (type $unary)))
      (import "callee" "record" (func $record
        (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
      (import "callee" "text" (func $text (param i32 i32) (result i32)))
      (import "callee" "list" (func $list (param i32 i32) (result i32)))
      (table funcref (elem $next))
      (func $next (type $unary) (i32.add (local.get 0) (i32.const 1)))
      (func (export "call-indirect") (param $n i32) (result i32) (local $x i32)
        (loop $l
          (local.set $x (call_indirect (type $unary) (local.get $x) (i32.const 0)))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $x))
      (func (export "scalar") (param $n i32) (result i32) (local $x i32)
        (loop $l
          (local.set $x (call $scalar (local.get $x)))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $x))
      (func (export "record") (param $n i32) (result i32) (local $x i32)
        (loop $l
          (local.set $x (call $record (local.get $x)
            (i32.const 1) (i32.const 2) (i32.const 3) (i32.const 4) (i32.const 5) (i32.const 6)
            (i32.const 7) (i32.const 8) (i32.const 9) (i32.const 10) (i32.const 11)
            (i32.const 12) (i32.const 13) (i32.const 14) (i32.const 15)))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $x))
      (func (export "text") (param $n i32) (result i32) (local $x i32)
        (loop $l
          (local.set $x (i32.add (local.get $x) (call $text (i32.const 256) (i32.const 64))))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $x))
      (func (export "list") (param $n i32) (result i32) (local $x i32)
        (loop $l
          (local.set $x (i32.add (local.get $x) (call $list (i32.const 256) (i32.const 65536))))
          (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (local.get $x)))
    (core instance $i (instantiate $m (with "callee" (instance
      (export "scalar" (func $scalar)) (export "record" (func $record))
      (export "text" (func $text)) (export "list" (func $list))))))
    (func (export "call-indirect") (param "n" u32) (result u32)
      (canon lift (core func $i "call-indirect")))
    (func (export "scalar") (param "n" u32) (result u32) (canon lift (core func $i "scalar")))
    (func (export "record") (param "n" u32) (result u32) (canon lift (core func $i "record")))
    (func (export "text") (param "n" u32) (result u32) (canon lift (core func $i "text")))
    (func (export "list") (param "n" u32) (result u32) (canon lift (core func $i "list"))))

  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "callee" (instance $callee))))
  (export "call-indirect" (func $caller "call-indirect"))
  (export "scalar" (func $caller "scalar"))
  (export "record" (func $caller "record"))
  (export "text" (func $caller "text"))
  (export "list" (func $caller "list")))

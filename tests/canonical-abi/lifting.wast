;; What guests give to be lifted: characters, cases, strings, lists, and the addresses of values. A
;; comment that names a function of definitions.py and a number says which trap_if in it, counted
;; from 1, the assertion behind it is about; traps.tsv lists them.

;; Results, which the host lifts.
(component definition $Results
  (core module $M
    (memory (export "mem") 1)
    (func (export "one") (param i32) (result i32) (local.get 0))
    ;; A pointer and a length at 8, where the result is.
    (func (export "two") (param i32 i32) (result i32)
      (i32.store (i32.const 8) (local.get 0))
      (i32.store (i32.const 12) (local.get 1))
      (i32.const 8))
    (data (i32.const 64) "a\ff" "\00\d8" "\02"))
  (core instance $m (instantiate $M))
  (alias core export $m "mem" (core memory $mem))
  (func (export "char") (param "bits" u32) (result char) (canon lift (core func $m "one")))
  (func (export "result") (param "case" u32) (result (result)) (canon lift (core func $m "one")))
  (func (export "pair") (param "ptr" u32) (result (tuple u32 u32))
    (canon lift (core func $m "one") (memory $mem)))
  (func (export "utf8") (param "ptr" u32) (param "len" u32) (result string)
    (canon lift (core func $m "two") (memory $mem)))
  (func (export "utf16") (param "ptr" u32) (param "len" u32) (result string)
    (canon lift (core func $m "two") (memory $mem) string-encoding=utf16))
  (func (export "latin1") (param "ptr" u32) (param "len" u32) (result string)
    (canon lift (core func $m "two") (memory $mem) string-encoding=latin1+utf16))
  (func (export "list") (param "ptr" u32) (param "len" u32) (result (list u32))
    (canon lift (core func $m "two") (memory $mem)))
  (func (export "options") (param "ptr" u32) (param "len" u32) (result (list (option u8)))
    (canon lift (core func $m "two") (memory $mem)))
)

(component instance $i $Results)
(assert_return (invoke "char" (u32.const 0x10ffff)) (char.const "\u{10ffff}"))
(assert_return (invoke "char" (u32.const 0xd7ff)) (char.const "\u{d7ff}"))
(assert_return (invoke "char" (u32.const 0xe000)) (char.const "\u{e000}"))
;; convert_i32_to_char 1
(assert_trap (invoke "char" (u32.const 0x110000)) "invalid `char` bit pattern: 0x110000")
(component instance $i $Results)
;; convert_i32_to_char 1
(assert_trap (invoke "char" (u32.const 0xffffffff)) "invalid `char` bit pattern: 0xffffffff")
(component instance $i $Results)
;; convert_i32_to_char 2
(assert_trap (invoke "char" (u32.const 0xd800)) "invalid `char` bit pattern: 0xd800")
(component instance $i $Results)
;; convert_i32_to_char 2
(assert_trap (invoke "char" (u32.const 0xdfff)) "invalid `char` bit pattern: 0xdfff")

(component instance $i $Results)
(assert_return (invoke "utf8" (u32.const 0xffff) (u32.const 1)) (str.const "\00"))
(assert_return (invoke "utf8" (u32.const 0x10000) (u32.const 0)) (str.const ""))
(assert_return (invoke "utf16" (u32.const 0xfffe) (u32.const 1)) (str.const "\00"))
(assert_return (invoke "latin1" (u32.const 64) (u32.const 2)) (str.const "a\u{ff}"))
;; load_string_from_range 1
(assert_trap (invoke "utf8" (u32.const 0) (u32.const 0x10000000)) "string size is too large")
(component instance $i $Results)
;; load_string_from_range 1
(assert_trap (invoke "utf16" (u32.const 0) (u32.const 0x08000000)) "string size is too large")
(component instance $i $Results)
;; Twice this many bytes is a small number in 32 bits.
;; load_string_from_range 1
(assert_trap (invoke "utf16" (u32.const 0) (u32.const 0x80000001)) "string size is too large")
(component instance $i $Results)
;; load_string_from_range 1
(assert_trap (invoke "latin1" (u32.const 0) (u32.const 0x10000000)) "string size is too large")
(component instance $i $Results)
;; load_string_from_range 1
(assert_trap (invoke "latin1" (u32.const 0) (u32.const 0x88000000)) "string size is too large")
(component instance $i $Results)
;; load_string_from_range 2
(assert_trap (invoke "utf16" (u32.const 1) (u32.const 0)) "string pointer not aligned")
(component instance $i $Results)
;; load_string_from_range 2
(assert_trap (invoke "latin1" (u32.const 1) (u32.const 1)) "string pointer not aligned")
(component instance $i $Results)
;; load_string_from_range 3
(assert_trap (invoke "utf8" (u32.const 0xffff) (u32.const 2)) "string pointer/length out of bounds of memory")
(component instance $i $Results)
;; load_string_from_range 3
(assert_trap (invoke "utf8" (u32.const 0x10001) (u32.const 0)) "string pointer/length out of bounds of memory")
(component instance $i $Results)
;; The sum of the two is a small number in 32 bits.
;; load_string_from_range 3
(assert_trap (invoke "utf8" (u32.const 0xffffffff) (u32.const 2)) "string pointer/length out of bounds of memory")
(component instance $i $Results)
;; load_string_from_range 3
(assert_trap (invoke "utf16" (u32.const 0xfffe) (u32.const 2)) "string pointer/length out of bounds of memory")
(component instance $i $Results)
;; load_string_from_range 3
(assert_trap (invoke "latin1" (u32.const 0xfffe) (u32.const 0x80000002)) "string pointer/length out of bounds of memory")
(component instance $i $Results)
;; load_string_from_range 4
(assert_trap (invoke "utf8" (u32.const 64) (u32.const 2)) "invalid utf-8 sequence from index 1")
(component instance $i $Results)
;; load_string_from_range 4
(assert_trap (invoke "utf16" (u32.const 66) (u32.const 1)) "invalid utf-16: unpaired surrogate")
(component instance $i $Results)
;; load_string_from_range 4
(assert_trap (invoke "latin1" (u32.const 66) (u32.const 0x80000001)) "invalid utf-16: unpaired surrogate")

(component instance $i $Results)
(assert_return (invoke "list" (u32.const 0xfffc) (u32.const 1)) (list.const (u32.const 0)))
(assert_return (invoke "list" (u32.const 0x10000) (u32.const 0)) (list.const))
;; load_list_from_range 1
(assert_trap (invoke "list" (u32.const 0) (u32.const 0x04000000)) "list size is too large")
(component instance $i $Results)
;; Four times this many bytes is a small number in 32 bits.
;; load_list_from_range 1
(assert_trap (invoke "list" (u32.const 0) (u32.const 0x40000001)) "list size is too large")
(component instance $i $Results)
;; load_list_from_range 2
(assert_trap (invoke "list" (u32.const 2) (u32.const 0)) "list pointer not aligned")
(component instance $i $Results)
;; load_list_from_range 3
(assert_trap (invoke "list" (u32.const 0xfffc) (u32.const 2)) "list pointer/length out of bounds of memory")
(component instance $i $Results)
;; load_list_from_range 3
(assert_trap (invoke "list" (u32.const 0xfffffffc) (u32.const 1)) "list pointer/length out of bounds of memory")

(component instance $i $Results)
(assert_return (invoke "options" (u32.const 0) (u32.const 1)) (list.const (option.none)))
;; load_variant 1
(assert_trap (invoke "options" (u32.const 68) (u32.const 1)) "invalid variant discriminant")
(component instance $i $Results)
(assert_return (invoke "result" (u32.const 1)) (result.err))
;; lift_flat_variant 1
(assert_trap (invoke "result" (u32.const 2)) "invalid variant discriminant")
(component instance $i $Results)
;; lift_flat_variant 1
(assert_trap (invoke "result" (u32.const 0xffffffff)) "invalid variant discriminant")

(component instance $i $Results)
(assert_return (invoke "pair" (u32.const 0xfff8)) (tuple.const (u32.const 0) (u32.const 0)))
;; lift_flat_values 1
(assert_trap (invoke "pair" (u32.const 2)) "value pointer not aligned")
(component instance $i $Results)
;; lift_flat_values 2
(assert_trap (invoke "pair" (u32.const 0xfffc)) "value pointer/length out of bounds of memory")
(component instance $i $Results)
;; lift_flat_values 2
(assert_trap (invoke "pair" (u32.const 0xfffffffc)) "value pointer/length out of bounds of memory")

;; Arguments, lifted from one guest for another.
(component definition $Arguments
  (component $Callee
    (core module $M
      (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
      (func (export "one") (param i32))
      (func (export "two") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (export "char") (param "x" char) (canon lift (core func $m "one")))
    (func (export "result") (param "x" (result)) (canon lift (core func $m "one")))
    (func (export "string") (param "x" string) (canon lift (core func $m "two")
      (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
    (func (export "list") (param "x" (list u32)) (canon lift (core func $m "two")
      (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
    (func (export "options") (param "x" (list (option u8))) (canon lift (core func $m "two")
      (memory (core memory $m "mem")) (realloc (core func $m "realloc"))))
    (func (export "many") (param "x" (tuple u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32))
      (canon lift (core func $m "one")
        (memory (core memory $m "mem")) (realloc (core func $m "realloc")))))
  (component $Caller
    (import "callee" (instance $callee
      (export "char" (func (param "x" char)))
      (export "result" (func (param "x" (result))))
      (export "string" (func (param "x" string)))
      (export "list" (func (param "x" (list u32))))
      (export "options" (func (param "x" (list (option u8)))))
      (export "many" (func (param "x" (tuple u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32))))))
    (core module $Memory (memory (export "mem") 1) (data (i32.const 64) "a\ff" "\00\d8" "\02"))
    (core instance $memory (instantiate $Memory))
    (alias core export $memory "mem" (core memory $mem))
    (core func $char (canon lower (func $callee "char")))
    (core func $result (canon lower (func $callee "result")))
    (core func $utf8 (canon lower (func $callee "string") (memory $mem)))
    (core func $utf16 (canon lower (func $callee "string") (memory $mem) string-encoding=utf16))
    (core func $latin1 (canon lower (func $callee "string") (memory $mem) string-encoding=latin1+utf16))
    (core func $list (canon lower (func $callee "list") (memory $mem)))
    (core func $options (canon lower (func $callee "options") (memory $mem)))
    (core func $many (canon lower (func $callee "many") (memory $mem)))
    (core module $M
      (import "" "char" (func $char (param i32)))
      (import "" "result" (func $result (param i32)))
      (import "" "utf8" (func $utf8 (param i32 i32)))
      (import "" "utf16" (func $utf16 (param i32 i32)))
      (import "" "latin1" (func $latin1 (param i32 i32)))
      (import "" "list" (func $list (param i32 i32)))
      (import "" "options" (func $options (param i32 i32)))
      (import "" "many" (func $many (param i32)))
      (func (export "char") (param i32) (call $char (local.get 0)))
      (func (export "result") (param i32) (call $result (local.get 0)))
      (func (export "utf8") (param i32 i32) (call $utf8 (local.get 0) (local.get 1)))
      (func (export "utf16") (param i32 i32) (call $utf16 (local.get 0) (local.get 1)))
      (func (export "latin1") (param i32 i32) (call $latin1 (local.get 0) (local.get 1)))
      (func (export "list") (param i32 i32) (call $list (local.get 0) (local.get 1)))
      (func (export "options") (param i32 i32) (call $options (local.get 0) (local.get 1)))
      (func (export "many") (param i32) (call $many (local.get 0))))
    (core instance $m (instantiate $M (with "" (instance
      (export "char" (func $char))
      (export "result" (func $result))
      (export "utf8" (func $utf8))
      (export "utf16" (func $utf16))
      (export "latin1" (func $latin1))
      (export "list" (func $list))
      (export "options" (func $options))
      (export "many" (func $many))))))
    (func (export "char") (param "bits" u32) (canon lift (core func $m "char")))
    (func (export "result") (param "case" u32) (canon lift (core func $m "result")))
    (func (export "utf8") (param "ptr" u32) (param "len" u32) (canon lift (core func $m "utf8")))
    (func (export "utf16") (param "ptr" u32) (param "len" u32) (canon lift (core func $m "utf16")))
    (func (export "latin1") (param "ptr" u32) (param "len" u32) (canon lift (core func $m "latin1")))
    (func (export "list") (param "ptr" u32) (param "len" u32) (canon lift (core func $m "list")))
    (func (export "options") (param "ptr" u32) (param "len" u32) (canon lift (core func $m "options")))
    (func (export "many") (param "ptr" u32) (canon lift (core func $m "many"))))
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "callee" (instance $callee))))
  (export "char" (func $caller "char"))
  (export "result" (func $caller "result"))
  (export "utf8" (func $caller "utf8"))
  (export "utf16" (func $caller "utf16"))
  (export "latin1" (func $caller "latin1"))
  (export "list" (func $caller "list"))
  (export "options" (func $caller "options"))
  (export "many" (func $caller "many"))
)

(component instance $i $Arguments)
(assert_return (invoke "char" (u32.const 0xe000)))
(assert_return (invoke "utf8" (u32.const 0x10000) (u32.const 0)))
(assert_return (invoke "many" (u32.const 0)))
;; convert_i32_to_char 1
(assert_trap (invoke "char" (u32.const 0x110000)) "invalid `char` bit pattern: 0x110000")
(component instance $i $Arguments)
;; convert_i32_to_char 2
(assert_trap (invoke "char" (u32.const 0xd800)) "invalid `char` bit pattern: 0xd800")
(component instance $i $Arguments)
;; load_string_from_range 1
(assert_trap (invoke "utf8" (u32.const 0) (u32.const 0x10000000)) "string size is too large")
(component instance $i $Arguments)
;; load_string_from_range 2
(assert_trap (invoke "utf16" (u32.const 1) (u32.const 0)) "unaligned pointer")
(component instance $i $Arguments)
;; load_string_from_range 2
(assert_trap (invoke "latin1" (u32.const 1) (u32.const 0x80000000)) "unaligned pointer")
(component instance $i $Arguments)
;; load_string_from_range 3
(assert_trap (invoke "utf8" (u32.const 0xffff) (u32.const 2)) "string content out-of-bounds")
(component instance $i $Arguments)
;; load_string_from_range 3
(assert_trap (invoke "latin1" (u32.const 0xfffe) (u32.const 0x80000002)) "string content out-of-bounds")
(component instance $i $Arguments)
;; load_string_from_range 4
(assert_trap (invoke "utf8" (u32.const 64) (u32.const 2)) "invalid utf-8 sequence from index 1")
(component instance $i $Arguments)
;; load_string_from_range 4
(assert_trap (invoke "utf16" (u32.const 66) (u32.const 1)) "invalid utf-16: unpaired surrogate")
(component instance $i $Arguments)
;; load_list_from_range 1
(assert_trap (invoke "list" (u32.const 0) (u32.const 0x04000000)) "list size is too large")
(component instance $i $Arguments)
;; load_list_from_range 2
(assert_trap (invoke "list" (u32.const 2) (u32.const 0)) "unaligned pointer")
(component instance $i $Arguments)
;; load_list_from_range 3
(assert_trap (invoke "list" (u32.const 0xfffc) (u32.const 2)) "list content out-of-bounds")
(component instance $i $Arguments)
;; load_variant 1
(assert_trap (invoke "options" (u32.const 68) (u32.const 1)) "invalid variant discriminant")
(component instance $i $Arguments)
;; lift_flat_variant 1
(assert_trap (invoke "result" (u32.const 2)) "invalid variant discriminant")
(component instance $i $Arguments)
;; lift_flat_values 1
(assert_trap (invoke "many" (u32.const 2)) "unaligned pointer")
(component instance $i $Arguments)
;; lift_flat_values 2
(assert_trap (invoke "many" (u32.const 0xffc0)) "value content out-of-bounds")

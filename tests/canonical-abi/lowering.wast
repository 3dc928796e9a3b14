;; What realloc returns while values are lowered, in every step of every transcoding, and the
;; addresses that callers give for results. lifting.wast says what the comments with numbers are.

;; $Callee's realloc gives new memory for every call but one: "arm" says which of the calls from then
;; on, counted from 1, returns what pointer. Its functions are called by $Caller, in three encodings, and by
;; the host, whose strings are in UTF-8.
(component definition $Lowering
  (component $Callee
    (core module $M
      (memory (export "mem") 1)
      (global $next (mut i32) (i32.const 4096))
      (global $nth (mut i32) (i32.const 0))
      (global $pointer (mut i32) (i32.const 0))
      (func (export "arm") (param i32 i32)
        (global.set $nth (local.get 0))
        (global.set $pointer (local.get 1)))
      (func (export "realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
        (local $to i32)
        (global.set $nth (i32.sub (global.get $nth) (i32.const 1)))
        (if (i32.eqz (global.get $nth)) (then (return (global.get $pointer))))
        (local.set $to (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
        (global.set $next (i32.add (local.get $to) (local.get $size)))
        (memory.copy (local.get $to) (local.get $old)
          (select (local.get $old_size) (local.get $size) (i32.lt_u (local.get $old_size) (local.get $size))))
        (local.get $to))
      (func (export "string") (param i32 i32) (result i32) (local.get 1))
      (func (export "list") (param i32 i32) (result i32) (local.get 1))
      (func (export "many") (param i32) (result i32) (i32.load offset=64 (local.get 0)))
      (func (export "pair") (result i32) (i32.const 0)))
    (core instance $m (instantiate $M))
    (alias core export $m "mem" (core memory $mem))
    (alias core export $m "realloc" (core func $realloc))
    (func (export "arm") (param "nth" u32) (param "pointer" u32) (canon lift (core func $m "arm")))
    (func (export "utf8") (param "x" string) (result u32)
      (canon lift (core func $m "string") (memory $mem) (realloc $realloc)))
    (func (export "utf16") (param "x" string) (result u32)
      (canon lift (core func $m "string") (memory $mem) (realloc $realloc) string-encoding=utf16))
    (func (export "latin1") (param "x" string) (result u32)
      (canon lift (core func $m "string") (memory $mem) (realloc $realloc) string-encoding=latin1+utf16))
    (func (export "list") (param "x" (list u32)) (result u32)
      (canon lift (core func $m "list") (memory $mem) (realloc $realloc)))
    (func (export "many") (param "x" (tuple u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32)) (result u32)
      (canon lift (core func $m "many") (memory $mem) (realloc $realloc)))
    (func (export "pair") (result (tuple u32 u32)) (canon lift (core func $m "pair") (memory $mem))))
  (component $Caller
    (import "callee" (instance $callee
      (export "arm" (func (param "nth" u32) (param "pointer" u32)))
      (export "utf8" (func (param "x" string) (result u32)))
      (export "utf16" (func (param "x" string) (result u32)))
      (export "latin1" (func (param "x" string) (result u32)))
      (export "list" (func (param "x" (list u32)) (result u32)))
      (export "many" (func (param "x" (tuple u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32 u32)) (result u32)))
      (export "pair" (func (result (tuple u32 u32))))))
    ;; "ab", an e with an acute accent, an a before it, a snowman.
    (core module $Memory
      (memory (export "mem") 1)
      (data (i32.const 64) "ab") (data (i32.const 72) "\c3\a9") (data (i32.const 80) "\e2\98\83")
      (data (i32.const 96) "a\00b\00") (data (i32.const 104) "\e9\00") (data (i32.const 112) "\03\26")
      (data (i32.const 128) "ab") (data (i32.const 136) "a\e9"))
    (core instance $memory (instantiate $Memory))
    (alias core export $memory "mem" (core memory $mem))
    (core func $arm (canon lower (func $callee "arm")))
    (core func $utf8-utf8 (canon lower (func $callee "utf8") (memory $mem)))
    (core func $utf8-utf16 (canon lower (func $callee "utf16") (memory $mem)))
    (core func $utf8-latin1 (canon lower (func $callee "latin1") (memory $mem)))
    (core func $utf16-utf8 (canon lower (func $callee "utf8") (memory $mem) string-encoding=utf16))
    (core func $utf16-utf16 (canon lower (func $callee "utf16") (memory $mem) string-encoding=utf16))
    (core func $utf16-latin1 (canon lower (func $callee "latin1") (memory $mem) string-encoding=utf16))
    (core func $latin1-utf8 (canon lower (func $callee "utf8") (memory $mem) string-encoding=latin1+utf16))
    (core func $latin1-utf16 (canon lower (func $callee "utf16") (memory $mem) string-encoding=latin1+utf16))
    (core func $latin1-latin1 (canon lower (func $callee "latin1") (memory $mem) string-encoding=latin1+utf16))
    (core func $list (canon lower (func $callee "list") (memory $mem)))
    (core func $many (canon lower (func $callee "many") (memory $mem)))
    (core func $pair (canon lower (func $callee "pair") (memory $mem)))
    (core module $M
      (import "" "arm" (func $arm (param i32 i32)))
      (import "" "utf8-utf8" (func $utf8-utf8 (param i32 i32) (result i32)))
      (import "" "utf8-utf16" (func $utf8-utf16 (param i32 i32) (result i32)))
      (import "" "utf8-latin1" (func $utf8-latin1 (param i32 i32) (result i32)))
      (import "" "utf16-utf8" (func $utf16-utf8 (param i32 i32) (result i32)))
      (import "" "utf16-utf16" (func $utf16-utf16 (param i32 i32) (result i32)))
      (import "" "utf16-latin1" (func $utf16-latin1 (param i32 i32) (result i32)))
      (import "" "latin1-utf8" (func $latin1-utf8 (param i32 i32) (result i32)))
      (import "" "latin1-utf16" (func $latin1-utf16 (param i32 i32) (result i32)))
      (import "" "latin1-latin1" (func $latin1-latin1 (param i32 i32) (result i32)))
      (import "" "list" (func $list (param i32 i32) (result i32)))
      (import "" "many" (func $many (param i32) (result i32)))
      (import "" "pair" (func $pair (param i32)))
      (func (export "utf8-utf8") (param i32 i32 i32 i32) (result i32)
        (call $arm (local.get 2) (local.get 3))
        (call $utf8-utf8 (local.get 0) (local.get 1)))
      (func (export "utf8-utf16") (param i32 i32 i32 i32) (result i32)
        (call $arm (local.get 2) (local.get 3))
        (call $utf8-utf16 (local.get 0) (local.get 1)))
      (func (export "utf8-latin1") (param i32 i32 i32 i32) (result i32)
        (call $arm (local.get 2) (local.get 3))
        (call $utf8-latin1 (local.get 0) (local.get 1)))
      (func (export "utf16-utf8") (param i32 i32 i32 i32) (result i32)
        (call $arm (local.get 2) (local.get 3))
        (call $utf16-utf8 (local.get 0) (local.get 1)))
      (func (export "utf16-utf16") (param i32 i32 i32 i32) (result i32)
        (call $arm (local.get 2) (local.get 3))
        (call $utf16-utf16 (local.get 0) (local.get 1)))
      (func (export "utf16-latin1") (param i32 i32 i32 i32) (result i32)
        (call $arm (local.get 2) (local.get 3))
        (call $utf16-latin1 (local.get 0) (local.get 1)))
      (func (export "latin1-utf8") (param i32 i32 i32 i32) (result i32)
        (call $arm (local.get 2) (local.get 3))
        (call $latin1-utf8 (local.get 0) (local.get 1)))
      (func (export "latin1-utf16") (param i32 i32 i32 i32) (result i32)
        (call $arm (local.get 2) (local.get 3))
        (call $latin1-utf16 (local.get 0) (local.get 1)))
      (func (export "latin1-latin1") (param i32 i32 i32 i32) (result i32)
        (call $arm (local.get 2) (local.get 3))
        (call $latin1-latin1 (local.get 0) (local.get 1)))
      (func (export "list") (param i32 i32 i32 i32) (result i32)
        (call $arm (local.get 2) (local.get 3))
        (call $list (local.get 0) (local.get 1)))
      (func (export "many") (param i32) (result i32)
        (call $arm (i32.const 1) (local.get 0))
        (call $many (i32.const 256)))
      (func (export "pair") (param i32) (call $pair (local.get 0))))
    (core instance $m (instantiate $M (with "" (instance
      (export "arm" (func $arm))
      (export "utf8-utf8" (func $utf8-utf8))
      (export "utf8-utf16" (func $utf8-utf16))
      (export "utf8-latin1" (func $utf8-latin1))
      (export "utf16-utf8" (func $utf16-utf8))
      (export "utf16-utf16" (func $utf16-utf16))
      (export "utf16-latin1" (func $utf16-latin1))
      (export "latin1-utf8" (func $latin1-utf8))
      (export "latin1-utf16" (func $latin1-utf16))
      (export "latin1-latin1" (func $latin1-latin1))
      (export "list" (func $list))
      (export "many" (func $many))
      (export "pair" (func $pair))))))
    (func (export "utf8-utf8") (param "ptr" u32) (param "len" u32) (param "nth" u32) (param "pointer" u32) (result u32)
      (canon lift (core func $m "utf8-utf8")))
    (func (export "utf8-utf16") (param "ptr" u32) (param "len" u32) (param "nth" u32) (param "pointer" u32) (result u32)
      (canon lift (core func $m "utf8-utf16")))
    (func (export "utf8-latin1") (param "ptr" u32) (param "len" u32) (param "nth" u32) (param "pointer" u32) (result u32)
      (canon lift (core func $m "utf8-latin1")))
    (func (export "utf16-utf8") (param "ptr" u32) (param "len" u32) (param "nth" u32) (param "pointer" u32) (result u32)
      (canon lift (core func $m "utf16-utf8")))
    (func (export "utf16-utf16") (param "ptr" u32) (param "len" u32) (param "nth" u32) (param "pointer" u32) (result u32)
      (canon lift (core func $m "utf16-utf16")))
    (func (export "utf16-latin1") (param "ptr" u32) (param "len" u32) (param "nth" u32) (param "pointer" u32) (result u32)
      (canon lift (core func $m "utf16-latin1")))
    (func (export "latin1-utf8") (param "ptr" u32) (param "len" u32) (param "nth" u32) (param "pointer" u32) (result u32)
      (canon lift (core func $m "latin1-utf8")))
    (func (export "latin1-utf16") (param "ptr" u32) (param "len" u32) (param "nth" u32) (param "pointer" u32) (result u32)
      (canon lift (core func $m "latin1-utf16")))
    (func (export "latin1-latin1") (param "ptr" u32) (param "len" u32) (param "nth" u32) (param "pointer" u32) (result u32)
      (canon lift (core func $m "latin1-latin1")))
    (func (export "list") (param "ptr" u32) (param "len" u32) (param "nth" u32) (param "pointer" u32) (result u32)
      (canon lift (core func $m "list")))
    (func (export "many") (param "pointer" u32) (result u32) (canon lift (core func $m "many")))
    (func (export "pair") (param "out" u32) (canon lift (core func $m "pair"))))
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "callee" (instance $callee))))
  (export "arm" (func $callee "arm"))
  (export "from-host-utf8" (func $callee "utf8"))
  (export "from-host-utf16" (func $callee "utf16"))
  (export "from-host-latin1" (func $callee "latin1"))
  (export "from-host-list" (func $callee "list"))
  (export "from-host-many" (func $callee "many"))
  (export "utf8-utf8" (func $caller "utf8-utf8"))
  (export "utf8-utf16" (func $caller "utf8-utf16"))
  (export "utf8-latin1" (func $caller "utf8-latin1"))
  (export "utf16-utf8" (func $caller "utf16-utf8"))
  (export "utf16-utf16" (func $caller "utf16-utf16"))
  (export "utf16-latin1" (func $caller "utf16-latin1"))
  (export "latin1-utf8" (func $caller "latin1-utf8"))
  (export "latin1-utf16" (func $caller "latin1-utf16"))
  (export "latin1-latin1" (func $caller "latin1-latin1"))
  (export "list" (func $caller "list"))
  (export "many" (func $caller "many"))
  (export "pair" (func $caller "pair"))
)

;; UTF-8 to UTF-8 and the like: one allocation.
(component instance $i $Lowering)
(assert_return (invoke "utf8-utf8" (u32.const 64) (u32.const 2) (u32.const 1) (u32.const 0xfffe)) (u32.const 2))
(component instance $i $Lowering)
;; store_string_copy 2
(assert_trap (invoke "utf8-utf8" (u32.const 64) (u32.const 2) (u32.const 1) (u32.const 0xffff)) "string content out-of-bounds")
(component instance $i $Lowering)
;; store_string_copy 2
(assert_trap (invoke "utf8-utf8" (u32.const 64) (u32.const 2) (u32.const 1) (u32.const 0xffffffff)) "string content out-of-bounds")
(component instance $i $Lowering)
;; store_string_copy 1
(assert_trap (invoke "utf16-utf16" (u32.const 96) (u32.const 2) (u32.const 1) (u32.const 1)) "unaligned pointer")
(component instance $i $Lowering)
;; store_string_copy 2
(assert_trap (invoke "utf16-utf16" (u32.const 96) (u32.const 2) (u32.const 1) (u32.const 0xfffe)) "string content out-of-bounds")
(component instance $i $Lowering)
;; store_string_copy 1
(assert_trap (invoke "latin1-utf16" (u32.const 128) (u32.const 2) (u32.const 1) (u32.const 1)) "unaligned pointer")
(component instance $i $Lowering)
;; store_string_copy 2
(assert_trap (invoke "latin1-utf16" (u32.const 128) (u32.const 2) (u32.const 1) (u32.const 0xfffe)) "string content out-of-bounds")
(component instance $i $Lowering)
;; store_string_copy 1
(assert_trap (invoke "latin1-latin1" (u32.const 128) (u32.const 2) (u32.const 1) (u32.const 1)) "unaligned pointer")
(component instance $i $Lowering)
;; store_string_copy 2
(assert_trap (invoke "latin1-latin1" (u32.const 128) (u32.const 2) (u32.const 1) (u32.const 0x10000)) "string content out-of-bounds")
;; To UTF-8: as many bytes as there are code units, then the worst case, then what is needed.
(component instance $i $Lowering)
(assert_return (invoke "utf16-utf8" (u32.const 104) (u32.const 1) (u32.const 0) (u32.const 0)) (u32.const 2))
(component instance $i $Lowering)
;; store_string_to_utf8 1
(assert_trap (invoke "utf16-utf8" (u32.const 104) (u32.const 1) (u32.const 1) (u32.const 0x10000)) "string content out-of-bounds")
(component instance $i $Lowering)
;; store_string_to_utf8 2
(assert_trap (invoke "utf16-utf8" (u32.const 104) (u32.const 1) (u32.const 2) (u32.const 0xfffe)) "string content out-of-bounds")
(component instance $i $Lowering)
;; store_string_to_utf8 3
(assert_trap (invoke "utf16-utf8" (u32.const 104) (u32.const 1) (u32.const 3) (u32.const 0xffff)) "string content out-of-bounds")
(component instance $i $Lowering)
(assert_return (invoke "latin1-utf8" (u32.const 136) (u32.const 2) (u32.const 0) (u32.const 0)) (u32.const 3))
(component instance $i $Lowering)
;; store_string_to_utf8 1
(assert_trap (invoke "latin1-utf8" (u32.const 136) (u32.const 2) (u32.const 1) (u32.const 0xffff)) "string content out-of-bounds")
(component instance $i $Lowering)
;; store_string_to_utf8 2
(assert_trap (invoke "latin1-utf8" (u32.const 136) (u32.const 2) (u32.const 2) (u32.const 0xfffd)) "string content out-of-bounds")
(component instance $i $Lowering)
;; store_string_to_utf8 3
(assert_trap (invoke "latin1-utf8" (u32.const 136) (u32.const 2) (u32.const 3) (u32.const 0xfffe)) "string content out-of-bounds")
;; UTF-8 to UTF-16: the worst case, then what is needed.
(component instance $i $Lowering)
(assert_return (invoke "utf8-utf16" (u32.const 72) (u32.const 2) (u32.const 0) (u32.const 0)) (u32.const 1))
(component instance $i $Lowering)
;; store_utf8_to_utf16 1
(assert_trap (invoke "utf8-utf16" (u32.const 72) (u32.const 2) (u32.const 1) (u32.const 1)) "unaligned pointer")
(component instance $i $Lowering)
;; store_utf8_to_utf16 2
(assert_trap (invoke "utf8-utf16" (u32.const 72) (u32.const 2) (u32.const 1) (u32.const 0xfffe)) "string content out-of-bounds")
(component instance $i $Lowering)
;; store_utf8_to_utf16 3
(assert_trap (invoke "utf8-utf16" (u32.const 72) (u32.const 2) (u32.const 2) (u32.const 1)) "unaligned pointer")
(component instance $i $Lowering)
;; store_utf8_to_utf16 4
(assert_trap (invoke "utf8-utf16" (u32.const 72) (u32.const 2) (u32.const 2) (u32.const 0x10000)) "string content out-of-bounds")
;; To Latin-1, until something else turns up.
(component instance $i $Lowering)
(assert_return (invoke "utf8-latin1" (u32.const 80) (u32.const 3) (u32.const 0) (u32.const 0)) (u32.const 0x80000001))
(component instance $i $Lowering)
;; store_string_to_latin1_or_utf16 1
(assert_trap (invoke "utf8-latin1" (u32.const 80) (u32.const 3) (u32.const 1) (u32.const 1)) "unaligned pointer")
(component instance $i $Lowering)
;; store_string_to_latin1_or_utf16 2
(assert_trap (invoke "utf8-latin1" (u32.const 80) (u32.const 3) (u32.const 1) (u32.const 0xfffe)) "string content out-of-bounds")
(component instance $i $Lowering)
;; store_string_to_latin1_or_utf16 3
(assert_trap (invoke "utf8-latin1" (u32.const 80) (u32.const 3) (u32.const 2) (u32.const 1)) "unaligned pointer")
(component instance $i $Lowering)
;; store_string_to_latin1_or_utf16 4
(assert_trap (invoke "utf8-latin1" (u32.const 80) (u32.const 3) (u32.const 2) (u32.const 0xfffc)) "string content out-of-bounds")
(component instance $i $Lowering)
(assert_return (invoke "utf16-latin1" (u32.const 112) (u32.const 1) (u32.const 0) (u32.const 0)) (u32.const 0x80000001))
(component instance $i $Lowering)
;; store_string_to_latin1_or_utf16 1
(assert_trap (invoke "utf16-latin1" (u32.const 112) (u32.const 1) (u32.const 1) (u32.const 1)) "unaligned pointer")
(component instance $i $Lowering)
;; store_string_to_latin1_or_utf16 2
(assert_trap (invoke "utf16-latin1" (u32.const 112) (u32.const 1) (u32.const 1) (u32.const 0x10000)) "string content out-of-bounds")
(component instance $i $Lowering)
;; store_string_to_latin1_or_utf16 3
(assert_trap (invoke "utf16-latin1" (u32.const 112) (u32.const 1) (u32.const 2) (u32.const 1)) "unaligned pointer")
(component instance $i $Lowering)
;; store_string_to_latin1_or_utf16 4
(assert_trap (invoke "utf16-latin1" (u32.const 112) (u32.const 1) (u32.const 2) (u32.const 0x10000)) "string content out-of-bounds")
(component instance $i $Lowering)
;; store_string_to_latin1_or_utf16 5
(assert_trap (invoke "utf8-latin1" (u32.const 80) (u32.const 3) (u32.const 3) (u32.const 1)) "unaligned pointer")
(component instance $i $Lowering)
;; store_string_to_latin1_or_utf16 6
(assert_trap (invoke "utf8-latin1" (u32.const 80) (u32.const 3) (u32.const 3) (u32.const 0x10000)) "string content out-of-bounds")
(component instance $i $Lowering)
(assert_return (invoke "utf8-latin1" (u32.const 72) (u32.const 2) (u32.const 0) (u32.const 0)) (u32.const 1))
(component instance $i $Lowering)
;; store_string_to_latin1_or_utf16 7
(assert_trap (invoke "utf8-latin1" (u32.const 72) (u32.const 2) (u32.const 2) (u32.const 1)) "unaligned pointer")
(component instance $i $Lowering)
;; store_string_to_latin1_or_utf16 8
(assert_trap (invoke "utf8-latin1" (u32.const 72) (u32.const 2) (u32.const 2) (u32.const 0x10000)) "string content out-of-bounds")
;; From UTF-16 that would fit Latin-1, or does not.
(component instance $i $Lowering)
(assert_return (invoke "latin1-latin1" (u32.const 112) (u32.const 0x80000001) (u32.const 0) (u32.const 0)) (u32.const 0x80000001))
(component instance $i $Lowering)
;; store_probably_utf16_to_latin1_or_utf16 1
(assert_trap (invoke "latin1-latin1" (u32.const 112) (u32.const 0x80000001) (u32.const 1) (u32.const 1)) "unaligned pointer")
(component instance $i $Lowering)
;; store_probably_utf16_to_latin1_or_utf16 2
(assert_trap (invoke "latin1-latin1" (u32.const 112) (u32.const 0x80000001) (u32.const 1) (u32.const 0x10000)) "string content out-of-bounds")
(component instance $i $Lowering)
(assert_return (invoke "latin1-latin1" (u32.const 104) (u32.const 0x80000001) (u32.const 0) (u32.const 0)) (u32.const 1))
(component instance $i $Lowering)
(assert_return (invoke "latin1-latin1" (u32.const 104) (u32.const 0x80000001) (u32.const 2) (u32.const 1)) (u32.const 1))
(component instance $i $Lowering)
;; store_probably_utf16_to_latin1_or_utf16 3
(assert_trap (invoke "latin1-latin1" (u32.const 104) (u32.const 0x80000001) (u32.const 2) (u32.const 0x10000)) "string content out-of-bounds")
;; The same string is stored in UTF-8 as UTF-16 would be.
(component instance $i $Lowering)
;; store_string_to_utf8 2
(assert_trap (invoke "latin1-utf8" (u32.const 104) (u32.const 0x80000001) (u32.const 2) (u32.const 0xfffe)) "string content out-of-bounds")
;; Lists, and what lies in memory because it is too long.
(component instance $i $Lowering)
(assert_return (invoke "list" (u32.const 0) (u32.const 2) (u32.const 1) (u32.const 0xfff8)) (u32.const 2))
(component instance $i $Lowering)
;; store_list_into_range 1
(assert_trap (invoke "list" (u32.const 0) (u32.const 2) (u32.const 1) (u32.const 2)) "unaligned pointer")
(component instance $i $Lowering)
;; store_list_into_range 2
(assert_trap (invoke "list" (u32.const 0) (u32.const 2) (u32.const 1) (u32.const 0xfffc)) "list content out-of-bounds")
(component instance $i $Lowering)
;; store_list_into_range 2
(assert_trap (invoke "list" (u32.const 0) (u32.const 0) (u32.const 1) (u32.const 0xfffffffc)) "list content out-of-bounds")
(component instance $i $Lowering)
(assert_return (invoke "many" (u32.const 0xffbc)) (u32.const 0))
(component instance $i $Lowering)
;; lower_flat_values 1
(assert_trap (invoke "many" (u32.const 2)) "unaligned pointer")
(component instance $i $Lowering)
;; lower_flat_values 2
(assert_trap (invoke "many" (u32.const 0xffc0)) "value content out-of-bounds")
(component instance $i $Lowering)
;; lower_flat_values 2
(assert_trap (invoke "many" (u32.const 0xfffffffc)) "value content out-of-bounds")
(component instance $i $Lowering)
(assert_return (invoke "pair" (u32.const 0xfff8)))
(component instance $i $Lowering)
;; lower_flat_values 1
(assert_trap (invoke "pair" (u32.const 2)) "unaligned pointer")
(component instance $i $Lowering)
;; lower_flat_values 2
(assert_trap (invoke "pair" (u32.const 0xfffc)) "value content out-of-bounds")
(component instance $i $Lowering)
;; lower_flat_values 2
(assert_trap (invoke "pair" (u32.const 0xfffffffc)) "value content out-of-bounds")

;; The host lowers.
(component instance $i $Lowering)
(invoke "arm" (u32.const 1) (u32.const 0xffff))
;; store_string_copy 2
(assert_trap (invoke "from-host-utf8" (str.const "\u{e9}")) "realloc return: beyond end of memory")
(component instance $i $Lowering)
(invoke "arm" (u32.const 1) (u32.const 1))
;; store_utf8_to_utf16 1
(assert_trap (invoke "from-host-utf16" (str.const "\u{e9}")) "realloc return: result not aligned")
(component instance $i $Lowering)
(invoke "arm" (u32.const 1) (u32.const 0xfffe))
;; store_utf8_to_utf16 2
(assert_trap (invoke "from-host-utf16" (str.const "\u{e9}")) "realloc return: beyond end of memory")
(component instance $i $Lowering)
(invoke "arm" (u32.const 2) (u32.const 1))
;; store_utf8_to_utf16 3
(assert_trap (invoke "from-host-utf16" (str.const "\u{e9}")) "realloc return: result not aligned")
(component instance $i $Lowering)
(invoke "arm" (u32.const 2) (u32.const 0x10000))
;; store_utf8_to_utf16 4
(assert_trap (invoke "from-host-utf16" (str.const "\u{e9}")) "realloc return: beyond end of memory")
(component instance $i $Lowering)
(invoke "arm" (u32.const 1) (u32.const 1))
;; store_string_to_latin1_or_utf16 1
(assert_trap (invoke "from-host-latin1" (str.const "\u{2603}")) "realloc return: result not aligned")
(component instance $i $Lowering)
(invoke "arm" (u32.const 1) (u32.const 0xfffe))
;; store_string_to_latin1_or_utf16 2
(assert_trap (invoke "from-host-latin1" (str.const "\u{2603}")) "realloc return: beyond end of memory")
(component instance $i $Lowering)
(invoke "arm" (u32.const 2) (u32.const 1))
;; store_string_to_latin1_or_utf16 3
(assert_trap (invoke "from-host-latin1" (str.const "\u{2603}")) "realloc return: result not aligned")
(component instance $i $Lowering)
(invoke "arm" (u32.const 2) (u32.const 0xfffc))
;; store_string_to_latin1_or_utf16 4
(assert_trap (invoke "from-host-latin1" (str.const "\u{2603}")) "realloc return: beyond end of memory")
(component instance $i $Lowering)
(invoke "arm" (u32.const 3) (u32.const 1))
;; store_string_to_latin1_or_utf16 5
(assert_trap (invoke "from-host-latin1" (str.const "\u{2603}")) "realloc return: result not aligned")
(component instance $i $Lowering)
(invoke "arm" (u32.const 3) (u32.const 0x10000))
;; store_string_to_latin1_or_utf16 6
(assert_trap (invoke "from-host-latin1" (str.const "\u{2603}")) "realloc return: beyond end of memory")
(component instance $i $Lowering)
(invoke "arm" (u32.const 2) (u32.const 1))
;; store_string_to_latin1_or_utf16 7
(assert_trap (invoke "from-host-latin1" (str.const "\u{e9}")) "realloc return: result not aligned")
(component instance $i $Lowering)
(invoke "arm" (u32.const 2) (u32.const 0x10000))
;; store_string_to_latin1_or_utf16 8
(assert_trap (invoke "from-host-latin1" (str.const "\u{e9}")) "realloc return: beyond end of memory")
(component instance $i $Lowering)
(invoke "arm" (u32.const 1) (u32.const 2))
;; store_list_into_range 1
(assert_trap (invoke "from-host-list" (list.const (u32.const 1) (u32.const 2))) "realloc return: result not aligned")
(component instance $i $Lowering)
(invoke "arm" (u32.const 1) (u32.const 0xfffc))
;; store_list_into_range 2
(assert_trap (invoke "from-host-list" (list.const (u32.const 1) (u32.const 2))) "realloc return: beyond end of memory")
(component instance $i $Lowering)
(invoke "arm" (u32.const 1) (u32.const 2))
;; lower_flat_values 1
(assert_trap (invoke "from-host-many" (tuple.const (u32.const 0) (u32.const 1) (u32.const 2) (u32.const 3) (u32.const 4) (u32.const 5) (u32.const 6) (u32.const 7) (u32.const 8) (u32.const 9) (u32.const 10) (u32.const 11) (u32.const 12) (u32.const 13) (u32.const 14) (u32.const 15) (u32.const 16))) "realloc return: result not aligned")
(component instance $i $Lowering)
(invoke "arm" (u32.const 1) (u32.const 0xffc0))
;; lower_flat_values 2
(assert_trap (invoke "from-host-many" (tuple.const (u32.const 0) (u32.const 1) (u32.const 2) (u32.const 3) (u32.const 4) (u32.const 5) (u32.const 6) (u32.const 7) (u32.const 8) (u32.const 9) (u32.const 10) (u32.const 11) (u32.const 12) (u32.const 13) (u32.const 14) (u32.const 15) (u32.const 16))) "realloc return: beyond end of memory")

;; A stream's strings are stored as their writer's encoding asks for. $Reader's realloc counts.
(component definition $Streaming
  (component $Reader
    (core module $Memory
      (memory (export "mem") 1)
      (global $calls (mut i32) (i32.const 0))
      (func (export "calls") (result i32) (global.get $calls))
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
        (i32.const 1024)))
    (core instance $memory (instantiate $Memory))
    (type $S (stream string))
    (core func $read (canon stream.read $S async
      (memory (core memory $memory "mem")) (realloc (core func $memory "realloc"))))
    (core module $M
      (import "" "read" (func $read (param i32 i32 i32) (result i32)))
      (func (export "read") (param i32) (drop (call $read (local.get 0) (i32.const 16) (i32.const 1))))
      (func (export "got") (result i32) (i32.const 16)))
    (core instance $m (instantiate $M (with "" (instance (export "read" (func $read))))))
    (func (export "read") (param "x" $S) (canon lift (core func $m "read")))
    (func (export "got") (result string) (canon lift (core func $m "got") (memory (core memory $memory "mem"))))
    (func (export "calls") (result u32) (canon lift (core func $memory "calls"))))
  (component $Writer
    (type $S (stream string))
    (import "read" (func $read (param "x" $S)))
    (core module $Memory (memory (export "mem") 1) (data (i32.const 16) "\20\00\00\00\01\00\00\00") (data (i32.const 32) "\e9\00"))
    (core instance $memory (instantiate $Memory))
    (core func $read (canon lower (func $read)))
    (core func $new (canon stream.new $S))
    (core func $write (canon stream.write $S async (memory (core memory $memory "mem")) string-encoding=utf16))
    (core module $M
      (import "" "read" (func $read (param i32)))
      (import "" "new" (func $new (result i64)))
      (import "" "write" (func $write (param i32 i32 i32) (result i32)))
      (func (export "run")
        (local $ends i64)
        (local.set $ends (call $new))
        (call $read (i32.wrap_i64 (local.get $ends)))
        (drop (call $write (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))) (i32.const 16) (i32.const 1)))))
    (core instance $m (instantiate $M (with "" (instance
      (export "read" (func $read)) (export "new" (func $new)) (export "write" (func $write))))))
    (func (export "run") async (canon lift (core func $m "run"))))
  (instance $reader (instantiate $Reader))
  (instance $writer (instantiate $Writer (with "read" (func $reader "read"))))
  (export "got" (func $reader "got"))
  (export "calls" (func $reader "calls"))
  (export "run" (func $writer "run"))
)
(component instance $i $Streaming)
(assert_return (invoke "run"))
(assert_return (invoke "got") (str.const "\u{e9}"))
(assert_return (invoke "calls") (u32.const 3))

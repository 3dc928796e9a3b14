;; Error contexts: made, read, dropped, and passed from one component to another. lifting.wast says
;; what the comments with numbers are.

;; $Maker makes them of UTF-8, $User reads them as UTF-16. $User's realloc allocates from 1024 on, or
;; returns what "arm" says.
(component definition $Contexts
  (component $Maker
    (core module $Memory (memory (export "mem") 1) (data (i32.const 16) "caf\c3\a9") (data (i32.const 32) "\ff"))
    (core instance $memory (instantiate $Memory))
    (alias core export $memory "mem" (core memory $mem))
    (core func $new (canon error-context.new (memory $mem)))
    (core func $new-utf16 (canon error-context.new (memory $mem) string-encoding=utf16))
    (core func $drop (canon error-context.drop))
    (core func $set.new (canon waitable-set.new))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "new" (func $new (param i32 i32) (result i32)))
      (import "" "new-utf16" (func $new-utf16 (param i32 i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "set.new" (func $set.new (result i32)))
      (func $cafe (result i32) (call $new (i32.const 16) (i32.const 5)))
      (func (export "make") (result i32) (call $cafe))
      ;; 4,095 letters, a character of two bytes, and more letters; the last byte is as given.
      (func $long (param $last i32) (result i32)
        (memory.fill (i32.const 4096) (i32.const 0x61) (i32.const 6000))
        (i32.store16 (i32.const 8191) (i32.const 0xa9c3))
        (i32.store8 (i32.const 10095) (local.get $last))
        (call $new (i32.const 4096) (i32.const 6000)))
      (func (export "make-long") (result i32) (call $long (i32.const 0x61)))
      (func (export "new-long") (param i32) (result i32) (call $long (local.get 0)))
      ;; Two of them, one twice.
      (func (export "make-list") (result i32)
        (i32.store (i32.const 64) (i32.const 80))
        (i32.store (i32.const 68) (i32.const 3))
        (i32.store (i32.const 80) (call $cafe))
        (i32.store (i32.const 84) (call $new (i32.const 0) (i32.const 0)))
        (i32.store (i32.const 88) (i32.load (i32.const 80)))
        (i32.const 64))
      (func (export "give") (param $what i32) (result i32)
        (local $i i32)
        (if (i32.eq (local.get $what) (i32.const 0)) (then (return (i32.const 0))))
        (if (i32.eq (local.get $what) (i32.const 1)) (then (return (i32.const -1))))
        (if (i32.eq (local.get $what) (i32.const 2)) (then (return (call $set.new))))
        (call $drop (local.tee $i (call $cafe)))
        (local.get $i))
      (func (export "new") (param i32 i32) (result i32) (call $new (local.get 0) (local.get 1)))
      (func (export "new-utf16") (param i32 i32) (result i32) (call $new-utf16 (local.get 0) (local.get 1))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem))
      (export "new" (func $new))
      (export "new-utf16" (func $new-utf16))
      (export "drop" (func $drop))
      (export "set.new" (func $set.new))))))
    (func (export "make") (result error-context) (canon lift (core func $m "make")))
    (func (export "make-long") (result error-context) (canon lift (core func $m "make-long")))
    (func (export "new-long") (param "last" u32) (result u32) (canon lift (core func $m "new-long")))
    (func (export "make-list") (result (list error-context)) (canon lift (core func $m "make-list") (memory $mem)))
    (func (export "give") (param "what" u32) (result error-context) (canon lift (core func $m "give")))
    (func (export "new") (param "ptr" u32) (param "len" u32) (result u32) (canon lift (core func $m "new")))
    (func (export "new-utf16") (param "ptr" u32) (param "len" u32) (result u32)
      (canon lift (core func $m "new-utf16"))))

  (component $User
    (import "maker" (instance $maker
      (export "make" (func (result error-context)))
      (export "make-long" (func (result error-context)))
      (export "make-list" (func (result (list error-context))))))
    (core module $Memory
      (memory (export "mem") 1)
      (global $next (mut i32) (i32.const 1024))
      (global $pointer (mut i32) (i32.const 0))
      (func (export "arm") (param i32) (global.set $pointer (local.get 0)))
      (func (export "realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
        (local $to i32)
        (if (global.get $pointer) (then (return (global.get $pointer))))
        (local.set $to (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
        (global.set $next (i32.add (local.get $to) (local.get $size)))
        (memory.copy (local.get $to) (local.get $old)
          (select (local.get $old_size) (local.get $size) (i32.lt_u (local.get $old_size) (local.get $size))))
        (local.get $to)))
    (core instance $memory (instantiate $Memory))
    (alias core export $memory "mem" (core memory $mem))
    (alias core export $memory "realloc" (core func $realloc))
    (core func $make (canon lower (func $maker "make")))
    (core func $make-long (canon lower (func $maker "make-long")))
    (core func $make-list (canon lower (func $maker "make-list") (memory $mem) (realloc $realloc)))
    (core func $message (canon error-context.debug-message (memory $mem) (realloc $realloc) string-encoding=utf16))
    (core func $drop (canon error-context.drop))
    (core func $set.new (canon waitable-set.new))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "make" (func $make (result i32)))
      (import "" "make-long" (func $make-long (result i32)))
      (import "" "make-list" (func $make-list (param i32)))
      (import "" "message" (func $message (param i32 i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "set.new" (func $set.new (result i32)))
      (func $handle (param $what i32) (result i32)
        (local $i i32)
        (if (i32.eq (local.get $what) (i32.const 0)) (then (return (i32.const 0))))
        (if (i32.eq (local.get $what) (i32.const 1)) (then (return (i32.const -1))))
        (if (i32.eq (local.get $what) (i32.const 2)) (then (return (call $set.new))))
        (if (i32.eq (local.get $what) (i32.const 3)) (then
          (call $drop (local.tee $i (call $make)))
          (return (local.get $i))))
        (call $make))
      ;; The message is written at 16, and that is the result.
      (func (export "read") (result i32)
        (local $i i32)
        (call $message (local.tee $i (call $make)) (i32.const 16))
        (call $drop (local.get $i))
        (i32.const 16))
      ;; Three indices are passed, and each is a new one; the first is dropped before the third is read.
      (func (export "read-third") (result i32)
        (local $at i32)
        (call $make-list (i32.const 16))
        (if (i32.ne (i32.load (i32.const 20)) (i32.const 3)) (then (unreachable)))
        (local.set $at (i32.load (i32.const 16)))
        (if (i32.eq (i32.load (local.get $at)) (i32.load offset=8 (local.get $at))) (then (unreachable)))
        (call $drop (i32.load (local.get $at)))
        (call $message (i32.load offset=8 (local.get $at)) (i32.const 16))
        (i32.const 16))
      ;; How many code units of it there are.
      (func (export "read-long") (result i32)
        (call $message (call $make-long) (i32.const 16))
        (i32.load (i32.const 20)))
      (func (export "message") (param i32) (call $message (call $handle (local.get 0)) (i32.const 16)))
      (func (export "message-at") (param i32) (call $message (call $make) (local.get 0)))
      (func (export "drop") (param i32) (call $drop (call $handle (local.get 0)))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $mem))
      (export "make" (func $make))
      (export "make-long" (func $make-long))
      (export "make-list" (func $make-list))
      (export "message" (func $message))
      (export "drop" (func $drop))
      (export "set.new" (func $set.new))))))
    (func (export "arm") (param "pointer" u32) (canon lift (core func $memory "arm")))
    (func (export "read") (result string) (canon lift (core func $m "read") (memory $mem) string-encoding=utf16))
    (func (export "read-third") (result string)
      (canon lift (core func $m "read-third") (memory $mem) string-encoding=utf16))
    (func (export "read-long") (result u32) (canon lift (core func $m "read-long")))
    (func (export "message") (param "what" u32) (canon lift (core func $m "message")))
    (func (export "message-at") (param "ptr" u32) (canon lift (core func $m "message-at")))
    (func (export "drop") (param "what" u32) (canon lift (core func $m "drop"))))

  (instance $maker (instantiate $Maker))
  (instance $user (instantiate $User (with "maker" (instance $maker))))
  (export "give" (func $maker "give"))
  (export "new" (func $maker "new"))
  (export "new-utf16" (func $maker "new-utf16"))
  (export "new-long" (func $maker "new-long"))
  (export "arm" (func $user "arm"))
  (export "read" (func $user "read"))
  (export "read-third" (func $user "read-third"))
  (export "read-long" (func $user "read-long"))
  (export "message" (func $user "message"))
  (export "message-at" (func $user "message-at"))
  (export "drop" (func $user "drop"))
)

(component instance $i $Contexts)
(assert_return (invoke "read") (str.const "caf\u{e9}"))
(assert_return (invoke "read-third") (str.const "caf\u{e9}"))
;; Of a long message 4,096 bytes are kept, less what is part of a character; all of it is checked.
(assert_return (invoke "read-long") (u32.const 4095))
(assert_trap (invoke "new-long" (u32.const 0xff)) "invalid utf-8 sequence from index 5999")
(component instance $i $Contexts)
(assert_return (invoke "message" (u32.const 4)))
(assert_return (invoke "drop" (u32.const 4)))
(assert_return (invoke "message-at" (u32.const 0xfff8)))
;; What is made of strings that are none
(component instance $i $Contexts)
;; load_string_from_range 1
(assert_trap (invoke "new" (u32.const 0) (u32.const 0x10000000)) "string size is too large")
(component instance $i $Contexts)
;; load_string_from_range 2
(assert_trap (invoke "new-utf16" (u32.const 1) (u32.const 0)) "string pointer not aligned")
(component instance $i $Contexts)
;; load_string_from_range 3
(assert_trap (invoke "new" (u32.const 0xffff) (u32.const 2)) "string pointer/length out of bounds of memory")
(component instance $i $Contexts)
;; load_string_from_range 4
(assert_trap (invoke "new" (u32.const 32) (u32.const 1)) "invalid utf-8 sequence from index 0")
;; give
(component instance $i $Contexts)
;; Table.get 2
(assert_trap (invoke "give" (u32.const 0)) "unknown handle index 0")
(component instance $i $Contexts)
;; Table.get 1
(assert_trap (invoke "give" (u32.const 1)) "unknown handle index 4294967295")
(component instance $i $Contexts)
;; lift_error_context 1
(assert_trap (invoke "give" (u32.const 2)) "handle index 1 used with the wrong type")
(component instance $i $Contexts)
;; Table.get 2
(assert_trap (invoke "give" (u32.const 3)) "unknown handle index 1")
;; message
(component instance $i $Contexts)
;; Table.get 2
(assert_trap (invoke "message" (u32.const 0)) "unknown handle index 0")
(component instance $i $Contexts)
;; Table.get 1
(assert_trap (invoke "message" (u32.const 1)) "unknown handle index 4294967295")
(component instance $i $Contexts)
;; canon_error_context_debug_message 2
(assert_trap (invoke "message" (u32.const 2)) "handle index 1 used with the wrong type")
(component instance $i $Contexts)
;; Table.get 2
(assert_trap (invoke "message" (u32.const 3)) "unknown handle index 1")
;; drop
(component instance $i $Contexts)
;; Table.get 2
(assert_trap (invoke "drop" (u32.const 0)) "unknown handle index 0")
(component instance $i $Contexts)
;; Table.get 1
(assert_trap (invoke "drop" (u32.const 1)) "unknown handle index 4294967295")
(component instance $i $Contexts)
;; canon_error_context_drop 2
(assert_trap (invoke "drop" (u32.const 2)) "handle index 1 used with the wrong type")
(component instance $i $Contexts)
;; Table.get 2
(assert_trap (invoke "drop" (u32.const 3)) "unknown handle index 1")
;; Where messages go: the address of the pointer and the length, and what realloc returns
(component instance $i $Contexts)
;; canon_error_context_debug_message 0
(assert_trap (invoke "message-at" (u32.const 2)) "debug message pointer not aligned")
(component instance $i $Contexts)
;; canon_error_context_debug_message 0
(assert_trap (invoke "message-at" (u32.const 0xfffc)) "debug message pointer/length out of bounds of memory")
(component instance $i $Contexts)
;; canon_error_context_debug_message 0
(assert_trap (invoke "message-at" (u32.const 0xfffffffc)) "debug message pointer/length out of bounds of memory")
(component instance $i $Contexts)
(invoke "arm" (u32.const 1025))
;; store_utf8_to_utf16 1
(assert_trap (invoke "message" (u32.const 4)) "realloc return: result not aligned")
(component instance $i $Contexts)
(invoke "arm" (u32.const 0xfff8))
;; store_utf8_to_utf16 2
(assert_trap (invoke "message" (u32.const 4)) "realloc return: beyond end of memory")
(component instance $i $Contexts)
(invoke "arm" (u32.const 0xfffffffe))
;; store_utf8_to_utf16 2
(assert_trap (invoke "message" (u32.const 4)) "realloc return: beyond end of memory")

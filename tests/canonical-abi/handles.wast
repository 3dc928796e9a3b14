;; Handles: of resources above all, that are not there, are something else, are lent, or are borrows.
;; lifting.wast says what the comments with numbers are.

;; $Things has a resource type and another. $User has handles of them and one of its own, and is
;; given a borrow by $Driver.
(component definition $Handles
  (component $Things
    (type $thing (resource (rep i32)))
    (type $other (resource (rep i32)))
    (core func $thing.new (canon resource.new $thing))
    (core func $other.new (canon resource.new $other))
    (core func $set.new (canon waitable-set.new))
    (core module $M
      (import "" "thing.new" (func $thing.new (param i32) (result i32)))
      (import "" "other.new" (func $other.new (param i32) (result i32)))
      (import "" "set.new" (func $set.new (result i32)))
      (func (export "make") (result i32) (call $thing.new (i32.const 42)))
      (func (export "make-other") (result i32) (call $other.new (i32.const 43)))
      (func (export "sink") (param i32))
      (func (export "hold") (param i32) (result i32)
        (i32.or (i32.const 2 (; WAIT ;)) (i32.shl (call $set.new) (i32.const 4))))
      (func (export "hold-callback") (param i32 i32 i32) (result i32) (unreachable)))
    (core instance $m (instantiate $M (with "" (instance
      (export "thing.new" (func $thing.new))
      (export "other.new" (func $other.new))
      (export "set.new" (func $set.new))))))
    (export $thing' "thing" (type $thing))
    (export $other' "other" (type $other))
    (func (export "make") (result (own $thing')) (canon lift (core func $m "make")))
    (func (export "make-other") (result (own $other')) (canon lift (core func $m "make-other")))
    (func (export "take") (param "x" (own $thing')) (canon lift (core func $m "sink")))
    (func (export "use") (param "x" (borrow $thing')) (canon lift (core func $m "sink")))
    (func (export "hold") async (param "x" (borrow $thing'))
      (canon lift (core func $m "hold") async (callback (core func $m "hold-callback")))))

  (component $User
    (import "things" (instance $things
      (export "thing" (type $thing (sub resource)))
      (export "other" (type $other (sub resource)))
      (export "make" (func (result (own $thing))))
      (export "make-other" (func (result (own $other))))
      (export "take" (func (param "x" (own $thing))))
      (export "use" (func (param "x" (borrow $thing))))
      (export "hold" (func async (param "x" (borrow $thing))))))
    (alias export $things "thing" (type $thing))
    (type $mine (resource (rep i32)))
    (core module $Memory (memory (export "mem") 1))
    (core instance $memory (instantiate $Memory))
    (core func $make (canon lower (func $things "make")))
    (core func $make-other (canon lower (func $things "make-other")))
    (core func $take (canon lower (func $things "take")))
    (core func $use (canon lower (func $things "use")))
    (core func $hold (canon lower (func $things "hold") async (memory (core memory $memory "mem"))))
    (core func $drop (canon resource.drop $thing))
    (core func $drop-mine (canon resource.drop $mine))
    (core func $new-mine (canon resource.new $mine))
    (core func $rep-mine (canon resource.rep $mine))
    (core func $set.new (canon waitable-set.new))
    (core func $task.cancel (canon task.cancel))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "make-other" (func $make-other (result i32)))
      (import "" "take" (func $take (param i32)))
      (import "" "use" (func $use (param i32)))
      (import "" "hold" (func $hold (param i32) (result i32)))
      (import "" "drop" (func $drop (param i32)))
      (import "" "drop-mine" (func $drop-mine (param i32)))
      (import "" "new-mine" (func $new-mine (param i32) (result i32)))
      (import "" "rep-mine" (func $rep-mine (param i32) (result i32)))
      (import "" "set.new" (func $set.new (result i32)))
      (import "" "task.cancel" (func $task.cancel))
      (func $gone (result i32)
        (local $h i32)
        (local.set $h (call $make))
        (call $drop (local.get $h))
        (local.get $h))
      (func $lent (result i32)
        (local $h i32)
        (local.set $h (call $make))
        (if (i32.ne (i32.and (call $hold (local.get $h)) (i32.const 0xf)) (i32.const 1 (; STARTED ;)))
          (then (unreachable)))
        (local.get $h))
      ;; An index, of what "what" says.
      (func $handle (param $what i32) (result i32)
        (if (i32.eq (local.get $what) (i32.const 0)) (then (return (call $make))))
        (if (i32.eq (local.get $what) (i32.const 1)) (then (return (i32.const 0))))
        (if (i32.eq (local.get $what) (i32.const 2)) (then (return (i32.const -1))))
        (if (i32.eq (local.get $what) (i32.const 3)) (then (return (call $gone))))
        (if (i32.eq (local.get $what) (i32.const 4)) (then (return (call $set.new))))
        (if (i32.eq (local.get $what) (i32.const 5)) (then (return (call $make-other))))
        (if (i32.eq (local.get $what) (i32.const 6)) (then (return (call $lent))))
        (call $new-mine (i32.const 44)))
      (func (export "take") (param i32) (call $take (call $handle (local.get 0))))
      (func (export "use") (param i32) (call $use (call $handle (local.get 0))))
      (func (export "drop") (param i32) (call $drop (call $handle (local.get 0))))
      (func (export "drop-mine") (param i32) (call $drop-mine (call $handle (local.get 0))))
      (func (export "rep-mine") (param i32) (result i32) (call $rep-mine (call $handle (local.get 0))))
      (func (export "keep-borrow") (param i32))
      (func (export "drop-borrow") (param i32) (call $use (local.get 0)) (call $drop (local.get 0)))
      (func (export "take-borrow") (param i32) (call $take (local.get 0)))
      (func (export "wait") (param i32) (result i32)
        (i32.or (i32.const 2 (; WAIT ;)) (i32.shl (call $set.new) (i32.const 4))))
      (func (export "wait-callback") (param i32 i32 i32) (result i32)
        (call $task.cancel)
        (unreachable)))
    (core instance $m (instantiate $M (with "" (instance
      (export "make" (func $make))
      (export "make-other" (func $make-other))
      (export "take" (func $take))
      (export "use" (func $use))
      (export "hold" (func $hold))
      (export "drop" (func $drop))
      (export "drop-mine" (func $drop-mine))
      (export "new-mine" (func $new-mine))
      (export "rep-mine" (func $rep-mine))
      (export "set.new" (func $set.new))
      (export "task.cancel" (func $task.cancel))))))
    (func (export "take") (param "what" u32) (canon lift (core func $m "take")))
    (func (export "use") (param "what" u32) (canon lift (core func $m "use")))
    (func (export "drop") (param "what" u32) (canon lift (core func $m "drop")))
    (func (export "drop-mine") (param "what" u32) (canon lift (core func $m "drop-mine")))
    (func (export "rep-mine") (param "what" u32) (result u32) (canon lift (core func $m "rep-mine")))
    (func (export "keep-borrow") (param "x" (borrow $thing)) (canon lift (core func $m "keep-borrow")))
    (func (export "drop-borrow") (param "x" (borrow $thing)) (canon lift (core func $m "drop-borrow")))
    (func (export "take-borrow") (param "x" (borrow $thing)) (canon lift (core func $m "take-borrow")))
    (func (export "wait") async (param "x" (borrow $thing))
      (canon lift (core func $m "wait") async (callback (core func $m "wait-callback")))))

  (component $Driver
    (import "things" (instance $things
      (export "thing" (type $thing (sub resource)))
      (export "make" (func (result (own $thing))))))
    (alias export $things "thing" (type $thing))
    (import "user" (instance $user
      (export "keep-borrow" (func (param "x" (borrow $thing))))
      (export "drop-borrow" (func (param "x" (borrow $thing))))
      (export "take-borrow" (func (param "x" (borrow $thing))))
      (export "wait" (func async (param "x" (borrow $thing))))))
    (core module $Memory (memory (export "mem") 1))
    (core instance $memory (instantiate $Memory))
    (core func $make (canon lower (func $things "make")))
    (core func $keep-borrow (canon lower (func $user "keep-borrow")))
    (core func $drop-borrow (canon lower (func $user "drop-borrow")))
    (core func $take-borrow (canon lower (func $user "take-borrow")))
    (core func $wait (canon lower (func $user "wait") async (memory (core memory $memory "mem"))))
    (core func $cancel (canon subtask.cancel async))
    (core module $M
      (import "" "make" (func $make (result i32)))
      (import "" "keep-borrow" (func $keep-borrow (param i32)))
      (import "" "drop-borrow" (func $drop-borrow (param i32)))
      (import "" "take-borrow" (func $take-borrow (param i32)))
      (import "" "wait" (func $wait (param i32) (result i32)))
      (import "" "cancel" (func $cancel (param i32) (result i32)))
      (func (export "keep-borrow") (call $keep-borrow (call $make)))
      (func (export "drop-borrow") (call $drop-borrow (call $make)))
      (func (export "take-borrow") (call $take-borrow (call $make)))
      (func (export "cancel-borrow")
        (drop (call $cancel (i32.shr_u (call $wait (call $make)) (i32.const 4))))))
    (core instance $m (instantiate $M (with "" (instance
      (export "make" (func $make))
      (export "keep-borrow" (func $keep-borrow))
      (export "drop-borrow" (func $drop-borrow))
      (export "take-borrow" (func $take-borrow))
      (export "wait" (func $wait))
      (export "cancel" (func $cancel))))))
    (func (export "keep-borrow") (canon lift (core func $m "keep-borrow")))
    (func (export "drop-borrow") (canon lift (core func $m "drop-borrow")))
    (func (export "take-borrow") (canon lift (core func $m "take-borrow")))
    (func (export "cancel-borrow") async (canon lift (core func $m "cancel-borrow"))))

  (instance $things (instantiate $Things))
  (instance $user (instantiate $User (with "things" (instance $things))))
  (instance $driver (instantiate $Driver (with "things" (instance $things)) (with "user" (instance $user))))
  (export "take" (func $user "take"))
  (export "use" (func $user "use"))
  (export "drop" (func $user "drop"))
  (export "drop-mine" (func $user "drop-mine"))
  (export "rep-mine" (func $user "rep-mine"))
  (export "keep-borrow" (func $driver "keep-borrow"))
  (export "drop-borrow" (func $driver "drop-borrow"))
  (export "take-borrow" (func $driver "take-borrow"))
  (export "cancel-borrow" (func $driver "cancel-borrow"))
)

(component instance $i $Handles)
(assert_return (invoke "take" (u32.const 0)))
(assert_return (invoke "use" (u32.const 0)))
(assert_return (invoke "drop" (u32.const 0)))
(assert_return (invoke "rep-mine" (u32.const 7)) (u32.const 44))
(assert_return (invoke "drop-mine" (u32.const 7)))
(assert_return (invoke "drop-borrow"))

;; take
(component instance $i $Handles)
;; Table.get 2
(assert_trap (invoke "take" (u32.const 1)) "unknown handle index 0")
(component instance $i $Handles)
;; Table.get 1
(assert_trap (invoke "take" (u32.const 2)) "unknown handle index 4294967295")
(component instance $i $Handles)
;; Table.get 2
(assert_trap (invoke "take" (u32.const 3)) "unknown handle index 1")
(component instance $i $Handles)
;; lift_own 1
(assert_trap (invoke "take" (u32.const 4)) "handle index 1 used with the wrong type")
(component instance $i $Handles)
;; lift_own 2
(assert_trap (invoke "take" (u32.const 5)) "handle index 1 used with the wrong type, expected guest-defined resource but found a different guest-defined resource")
(component instance $i $Handles)
;; lift_own 2
(assert_trap (invoke "take" (u32.const 7)) "handle index 1 used with the wrong type, expected guest-defined resource but found a different guest-defined resource")
(component instance $i $Handles)
;; lift_own 3
(assert_trap (invoke "take" (u32.const 6)) "cannot remove owned resource while borrowed")
;; use
(component instance $i $Handles)
;; Table.get 2
(assert_trap (invoke "use" (u32.const 1)) "unknown handle index 0")
(component instance $i $Handles)
;; Table.get 1
(assert_trap (invoke "use" (u32.const 2)) "unknown handle index 4294967295")
(component instance $i $Handles)
;; Table.get 2
(assert_trap (invoke "use" (u32.const 3)) "unknown handle index 1")
(component instance $i $Handles)
;; lift_borrow 1
(assert_trap (invoke "use" (u32.const 4)) "handle index 1 used with the wrong type")
(component instance $i $Handles)
;; lift_borrow 2
(assert_trap (invoke "use" (u32.const 5)) "handle index 1 used with the wrong type, expected guest-defined resource but found a different guest-defined resource")
(component instance $i $Handles)
;; lift_borrow 2
(assert_trap (invoke "use" (u32.const 7)) "handle index 1 used with the wrong type, expected guest-defined resource but found a different guest-defined resource")
;; drop
(component instance $i $Handles)
;; Table.get 2
(assert_trap (invoke "drop" (u32.const 1)) "unknown handle index 0")
(component instance $i $Handles)
;; Table.get 1
(assert_trap (invoke "drop" (u32.const 2)) "unknown handle index 4294967295")
(component instance $i $Handles)
;; Table.get 2
(assert_trap (invoke "drop" (u32.const 3)) "unknown handle index 1")
(component instance $i $Handles)
;; canon_resource_drop 2
(assert_trap (invoke "drop" (u32.const 4)) "handle index 1 used with the wrong type")
(component instance $i $Handles)
;; canon_resource_drop 3
(assert_trap (invoke "drop" (u32.const 5)) "handle index 1 used with the wrong type, expected guest-defined resource but found a different guest-defined resource")
(component instance $i $Handles)
;; canon_resource_drop 3
(assert_trap (invoke "drop" (u32.const 7)) "handle index 1 used with the wrong type, expected guest-defined resource but found a different guest-defined resource")
(component instance $i $Handles)
;; canon_resource_drop 4
(assert_trap (invoke "drop" (u32.const 6)) "cannot remove owned resource while borrowed")
;; rep-mine
(component instance $i $Handles)
;; Table.get 2
(assert_trap (invoke "rep-mine" (u32.const 1)) "unknown handle index 0")
(component instance $i $Handles)
;; Table.get 1
(assert_trap (invoke "rep-mine" (u32.const 2)) "unknown handle index 4294967295")
(component instance $i $Handles)
;; Table.get 2
(assert_trap (invoke "rep-mine" (u32.const 3)) "unknown handle index 1")
(component instance $i $Handles)
;; canon_resource_rep 1
(assert_trap (invoke "rep-mine" (u32.const 4)) "handle index 1 used with the wrong type")
(component instance $i $Handles)
;; canon_resource_rep 2
(assert_trap (invoke "rep-mine" (u32.const 5)) "handle index 1 used with the wrong type, expected guest-defined resource but found a different guest-defined resource")
;; Borrows
(component instance $i $Handles)
;; lift_own 4
(assert_trap (invoke "take-borrow") "cannot lift own resource from a borrow")
(component instance $i $Handles)
;; Task.return_ 2
(assert_trap (invoke "keep-borrow") "borrow handles still remain at the end of the call")
(component instance $i $Handles)
;; Task.cancel 2
(assert_trap (invoke "cancel-borrow") "borrow handles still remain at the end of the call")

;; As many handles as there may be, and one more.
(component definition $Many
  (type $R (resource (rep i32)))
  (core func $new (canon resource.new $R))
  (core module $M
    (import "" "new" (func $new (param i32) (result i32)))
    (func (export "run") (param i32)
      (loop (drop (call $new (i32.const 0))) (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
  (core instance $m (instantiate $M (with "" (instance (export "new" (func $new))))))
  (func (export "run") (param "count" u32) (canon lift (core func $m "run"))))
(component instance $i $Many)
(assert_return (invoke "run" (u32.const 1_000_000)))
;; Table.add 1
(assert_trap (invoke "run" (u32.const 1)) "the component's handle table is full")

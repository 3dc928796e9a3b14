;; Operands in classes for which the compact handler profile has no handlers: constants on the left,
;; constant addresses, sums as addresses of loads that extend a sign, comparisons that are mirrored,
;; branches back to loops whose header is in no register.
(module (memory 1) (data (i32.const 0) "\91\f2\e3\84\a5\96\87\f8\99\8a\9b\cc\dd\ee\ff\81\92\a3\b4")(func (export "small") (param $p i32) (param $q f64) (result f64)
  (local $i i32) (local $l i64) (local $f f64)
    (local.set $i (i32.div_u (i32.const 1000003) (i32.add (local.get $p) (i32.const 3))))
    (local.set $i (i32.rem_u (local.get $i) (i32.add (local.get $p) (i32.const 7))))
    (i32.store (i32.const 16) (i32.add (local.get $i) (i32.const -5)))
    (local.set $l (i64.load16_s offset=2 (i32.add (local.get $p) (i32.const 5))))
    (local.set $l (i64.add (local.get $l) (i64.load8_s (i32.const 16))))
    (local.set $l (i64.add (local.get $l) (i64.load32_s offset=1 (i32.add (local.get $i) (i32.add (local.get $p) (i32.const 1))))))
    (local.set $f (f64.min (f64.const 3.5) (f64.add (local.get $q) (f64.const 1))))
    (local.set $f (f64.add (f64.copysign (local.get $f) (f64.const -2)) (f64.ceil (f64.mul (local.get $q) (f64.const 1.25)))))
    (local.set $f (select (f64.add (local.get $f) (f64.const 0.5)) (local.get $q) (f64.gt (local.get $f) (f64.const -100))))
    (loop $outer
      (loop $inner
        (local.set $l (i64.add (local.get $l) (i64.extend_i32_s (i32.trunc_sat_f64_s (f64.mul (local.get $f) (f64.const 3))))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $inner (i32.ne (i32.and (local.get $i) (i32.const 7)) (i32.const 0))))
      (local.set $f (f64.add (local.get $f) (f64.const 1)))
      (br_if $outer (f64.ge (f64.const 20) (local.get $f))))
    (br_if 0 (f64.const 7) (f64.ne (local.get $f) (local.get $f))) (drop)
    (f64.add (f64.convert_i64_s (local.get $l)) (f64.add (local.get $f) (f64.convert_i32_u (local.get $i)))))
)
(assert_return (invoke "small" (i32.const 1) (f64.const 2.5)) (f64.const -2020195203))
(assert_return (invoke "small" (i32.const 5) (f64.const -7.25)) (f64.const -1378.75))
(assert_return (invoke "small" (i32.const 30) (f64.const 100)) (f64.const 3054))

;; The same function, called "big", with 40,000 locals of type v128 before its own: no operand's slot
;; is within reach of a 16-bit field.
(module binary
  "\00\61\73\6d\01\00\00\00\01\07\01\60\02\7f\7c\01\7c\03\02\01\00\05\03\01"
  "\00\01\07\07\01\03\62\69\67\00\00\0a\c2\02\01\bf\02\04\c0\b8\02\7b\01\7f"
  "\01\7e\01\7c\41\c3\84\3d\20\00\41\03\6a\6e\21\c2\b8\02\20\c2\b8\02\20\00"
  "\41\07\6a\70\21\c2\b8\02\41\10\20\c2\b8\02\41\7b\6a\36\02\00\20\00\41\05"
  "\6a\32\01\02\21\c3\b8\02\20\c3\b8\02\41\10\30\00\00\7c\21\c3\b8\02\20\c3"
  "\b8\02\20\c2\b8\02\20\00\41\01\6a\6a\34\02\01\7c\21\c3\b8\02\44\00\00\00"
  "\00\00\00\0c\40\20\01\44\00\00\00\00\00\00\f0\3f\a0\a4\21\c4\b8\02\20\c4"
  "\b8\02\44\00\00\00\00\00\00\00\c0\a6\20\01\44\00\00\00\00\00\00\f4\3f\a2"
  "\9b\a0\21\c4\b8\02\20\c4\b8\02\44\00\00\00\00\00\00\e0\3f\a0\20\01\20\c4"
  "\b8\02\44\00\00\00\00\00\00\59\c0\64\1b\21\c4\b8\02\03\40\03\40\20\c3\b8"
  "\02\20\c4\b8\02\44\00\00\00\00\00\00\08\40\a2\fc\02\ac\7c\21\c3\b8\02\20"
  "\c2\b8\02\41\01\6a\21\c2\b8\02\20\c2\b8\02\41\07\71\41\00\47\0d\00\0b\20"
  "\c4\b8\02\44\00\00\00\00\00\00\f0\3f\a0\21\c4\b8\02\44\00\00\00\00\00\00"
  "\34\40\20\c4\b8\02\66\0d\00\0b\44\00\00\00\00\00\00\1c\40\20\c4\b8\02\20"
  "\c4\b8\02\62\0d\00\1a\20\c3\b8\02\b9\20\c4\b8\02\20\c2\b8\02\b8\a0\a0\0b"
  "\0b\19\01\00\41\00\0b\13\91\f2\e3\84\a5\96\87\f8\99\8a\9b\cc\dd\ee\ff\81"
  "\92\a3\b4\00\1f\04\6e\61\6d\65\02\18\01\00\05\00\01\70\01\01\71\c2\b8\02"
  "\01\69\c3\b8\02\01\6c\c4\b8\02\01\66")
(assert_return (invoke "big" (i32.const 1) (f64.const 2.5)) (f64.const -2020195203))
(assert_return (invoke "big" (i32.const 5) (f64.const -7.25)) (f64.const -1378.75))
(assert_return (invoke "big" (i32.const 30) (f64.const 100)) (f64.const 3054))

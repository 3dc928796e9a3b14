(module
  (rec (type $s (sub (struct (field $a (mut i8)) (field $b (ref null $s)))))
       (type $f (sub final (func (param (ref $s)) (result anyref)))))

  (type $arr (array (mut v128)))
  (tag $e (export "e") (param i32 externref))
  (memory $m 1) (memory i64 1 2)
  (table $t64 i64 1 (ref null $s))
  (func $h (param $x anyref) (result anyref)
    (block $l (result (ref null $s))
      (br_on_cast $l anyref (ref null $s) (local.get $x)) (return))
    (return_call $h))
  (func (export "v") (result v128)
    (i8x16.shuffle 0 1 2 3 4 5 6 7 24 25 26 27 28 29 30 31
      (v128.const f32x4 nan:0x7 -inf 1e10 0x1p-126) (v128.load8_lane offset=1 3 (i32.const 0) (v128.const i64x2 1 -1))))
  (func (block $c (result i32 externref exnref)
      (try_table (catch_ref $e $c) (throw $e (i32.const 1) (ref.null extern)))
      (unreachable)) (throw_ref)))

(component
  (type $r (record (field "a" (option string)) (field "b" (list u8 2))))
  (type $v (variant (case "x" $r) (case "y")))
  (value $a $v (variant "x" (record (some "s") (list 1 2))))
  (value (list (result u8 (error char))) (list (ok 1) (error 'a') (binary "\00\01")))
  (value (flags "p" "q") (flags "q" "p"))
  (value (map string f64) (list (tuple "k" -0x1p-3)))
  (export "a" (value $a)))

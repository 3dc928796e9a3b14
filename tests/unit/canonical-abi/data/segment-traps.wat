(component
  (core module $M (memory 1) (data (i32.const 65536) "x"))
  (core instance (instantiate $M))
)

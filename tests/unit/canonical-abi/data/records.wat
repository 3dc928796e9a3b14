;; For messages that name fields.
(component
  (import "test:host/shapes" (instance
    (type $shape' (record (field "size" u32) (field "name" string)))
    (export "shape" (type $shape (eq $shape')))
    (export "draw" (func (param "s" $shape)))))
)

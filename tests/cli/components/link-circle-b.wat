;; Needs link-circle-a.wasm, which needs this.
(component
  (import "example:circle/a" (instance $o (export "f" (func))))
  (instance $i (export "f" (func $o "f")))
  (export "example:circle/b" (instance $i)))

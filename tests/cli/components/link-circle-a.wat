;; Needs link-circle-b.wasm, which needs this.
(component
  (import "example:circle/b" (instance $o (export "f" (func))))
  (instance $i (export "f" (func $o "f")))
  (export "example:circle/a" (instance $i)))

;; Imports that differ from what the host has, each in one thing.
(component
  (import "test:host/api@0.2.3" (instance
    (export "add-one" (func (param "x" u64) (result u32)))
    (export "greet" (func (param "who" string) (result string)))
    (export "wait" (func (param "x" u32) (result (tuple u32 u32))))
    (export "fail" (func (param "x" u32)))))
)

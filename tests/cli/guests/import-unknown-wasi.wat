(module
  (import "wasi_snapshot_preview1" "fd_frobnicate" (func $f))
  (func (export "_start"))
  (func (export "call") call $f))

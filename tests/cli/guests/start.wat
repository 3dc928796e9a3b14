;; Runs when it is instantiated.
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (func $main (call $proc_exit (i32.const 9)))
  (start $main))

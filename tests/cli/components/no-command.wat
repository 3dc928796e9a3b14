;; A component that exports no wasi:cli/run.
(component)

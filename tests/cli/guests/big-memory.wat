(module (memory 32) (func (export "grow") (result i32) (memory.grow (i32.const 1))))

// Where an error would be caught (LUAI_TRY), nothing is saved: an error ends the program, since
// plain WebAssembly has no long jumps.
#pragma once

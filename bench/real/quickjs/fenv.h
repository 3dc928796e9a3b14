// WebAssembly rounds to nearest only, so nobody does anything else.
#pragma once
#include_next <fenv.h>
#undef FE_DOWNWARD
#undef FE_UPWARD
#define FE_DOWNWARD FE_TONEAREST
#define FE_UPWARD FE_TONEAREST

// What every kernel defines: the work, repeated or scaled by `n`, and a digest of its results.
#pragma once
#include <stdint.h>

uint32_t run(uint32_t n);

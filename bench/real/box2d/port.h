// Sine and cosine by arithmetic alone: libraries differ in the last bit, and falling boxes make
// much of it. Included before everything else.
#pragma once
#include <math.h>
#ifdef __cplusplus
#include <cmath>

// Within 1e-9: Taylor's series over half a turn.
inline float exact_sine(double x) {
  const double turns = x * 0.15915494309189535;
  double y = (turns - std::floor(turns + 0.5)) * 6.283185307179586;
  if (y > 1.5707963267948966) y = 3.141592653589793 - y;
  if (y < -1.5707963267948966) y = -3.141592653589793 - y;
  const double square = y * y;
  double term = y, sum = y;
  for (int i = 2; i < 14; i += 2) sum += term *= -square / (i * (i + 1));
  return static_cast<float>(sum);
}
inline float exact_cosine(double x) { return exact_sine(x + 1.5707963267948966); }

#define sinf exact_sine
#define cosf exact_cosine
#endif

// Makes a kernel a program of its own, for any interpreter that knows WASI. N: how much work.
#include <stdio.h>

#include "kernel.h"

int main(void) {
  printf("%u\n", (unsigned)run(N));
  return 0;
}

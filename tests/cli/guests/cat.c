// Copies standard input to standard output.
#include <stdio.h>
#include <string.h>
#include <errno.h>

int main(void) {
  static char buffer[8192];
  size_t count;
  while ((count = fread(buffer, 1, sizeof buffer, stdin)) != 0) {
    if (fwrite(buffer, 1, count, stdout) != count || fflush(stdout) != 0) {
      fprintf(stderr, "cat: %s\n", strerror(errno));
      return 1;
    }
  }
  return 0;
}

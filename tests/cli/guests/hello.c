// Shows what it was started with, and ends with the code 3.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv) {
  for (int i = 0; i < argc; i++) printf("argument %d: %s\n", i, argv[i]);
  for (char **variable = environ; *variable; variable++) printf("variable %s\n", *variable);
  if (isatty(1)) puts("a terminal");
  fprintf(stderr, "to standard error\n");
  return 3;
}

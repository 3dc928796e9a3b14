// Prints the first line of each file that is named.
#include <stdio.h>

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    char line[100] = "\n";
    FILE *file = fopen(argv[i], "r");
    if (file == NULL) {
      printf("%s is not to be had\n", argv[i]);  // the reason depends on the library
      continue;
    }
    fgets(line, sizeof line, file);
    printf("%s: %s", argv[i], line);
    fclose(file);
  }
  return 0;
}

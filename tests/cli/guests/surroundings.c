// Time, sleep, random numbers, and files that are not there.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int getentropy(void *, size_t);

static double seconds(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) return -1;
  return now.tv_sec + now.tv_nsec / 1e9;
}

int main(void) {
  const double before = seconds(CLOCK_MONOTONIC);
  const struct timespec nap = {0, 20000000};
  printf("nanosleep: %d\n", nanosleep(&nap, NULL));
  const double slept = seconds(CLOCK_MONOTONIC) - before;
  printf("slept long enough: %d\n", slept >= 0.02);
  printf("later than 2020: %d\n", seconds(CLOCK_REALTIME) > 1577836800.0);
  unsigned char bytes[64] = {0};
  int sum = 0;
  printf("getentropy: %d\n", getentropy(bytes, sizeof bytes));
  for (size_t i = 0; i < sizeof bytes; i++) sum += bytes[i];
  printf("random: %d\n", sum != 0);
  printf("open: %d\n", open("/etc/passwd", O_RDONLY));
  printf("lseek: %d %s\n", (int)lseek(1, 0, SEEK_SET), strerror(errno));
  printf("write to 7: %d %s\n", (int)write(7, "x", 1), strerror(errno));
  return 0;
}

// What programs do with files. Prints what it finds; fails at the first thing that goes wrong.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK(condition) \
  if (!(condition)) {    \
    fprintf(stderr, "%s: %s\n", #condition, strerror(errno)); \
    exit(1);             \
  }

static void write_file(const char *path, const char *text) {
  FILE *f = fopen(path, "w");
  CHECK(f != NULL);
  CHECK(fputs(text, f) >= 0);
  CHECK(fclose(f) == 0);
}

static void print_file(const char *path) {
  char text[64] = {0};
  const int fd = open(path, O_RDONLY);
  CHECK(fd >= 0);
  CHECK(read(fd, text, sizeof text - 1) >= 0);
  close(fd);
  printf("%s: %s\n", path, text);
}

static void refused(const char *what, int result) {
  printf("%s: %s\n", what, result < 0 ? strerror(errno) : "done");
}

int main(void) {
  CHECK(mkdir("/dir", 0777) == 0);
  write_file("/dir/a", "hello");
  const int fd = open("/dir/a", O_RDWR | O_APPEND);
  CHECK(fd >= 0 && write(fd, " world", 6) == 6);
  CHECK(ftruncate(fd, 8) == 0 && fsync(fd) == 0);
  const struct timespec times[2] = {{1, 0}, {2, 3}};
  CHECK(futimens(fd, times) == 0);
  struct stat info;
  CHECK(fstat(fd, &info) == 0);
  printf("size %d, modified %d.%09d\n", (int)info.st_size, (int)info.st_mtim.tv_sec,
         (int)info.st_mtim.tv_nsec);
  close(fd);
  CHECK(rename("/dir/a", "/b") == 0);
  CHECK(link("/b", "/dir/c") == 0);
  CHECK(symlink("../b", "/dir/s") == 0);
  char target[16] = {0};
  CHECK(readlink("/dir/s", target, sizeof target - 1) == 4);
  printf("link to %s\n", target);
  print_file("/dir/s");
  print_file("/dir/c");

  int entries = 0;
  DIR *dir = opendir("/dir");
  CHECK(dir != NULL);
  for (struct dirent *e; (e = readdir(dir)) != NULL;) entries += e->d_name[0] != '.';
  closedir(dir);
  printf("%d entries\n", entries);

  refused("rmdir", rmdir("/dir"));
  refused("open of a file that is not there", open("/no", O_RDONLY));
  refused("open outside", open("/dir/../../etc/passwd", O_RDONLY));
  CHECK(unlink("/dir/c") == 0 && unlink("/dir/s") == 0 && unlink("/b") == 0);
  CHECK(rmdir("/dir") == 0);
  return 3;
}

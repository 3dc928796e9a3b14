// What a C program does with files: through the standard library, in the directory that it is given.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void show(const char *what, long result) {
  if (result < 0) {
    printf("%s: %s\n", what, strerror(errno));
  } else {
    printf("%s: %ld\n", what, result);
  }
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void list(const char *path) {
  char *names[100];
  int count = 0;
  DIR *directory = opendir(path);
  if (directory == NULL) {
    show("opendir", -1);
    return;
  }
  for (struct dirent *entry; count < 100 && (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] != '.') names[count++] = strdup(entry->d_name);
  }
  closedir(directory);
  qsort(names, count, sizeof names[0], by_name);
  printf("%s:", path);
  for (int i = 0; i < count; i++) printf(" %s", names[i]);
  printf("\n");
}

static void texts(void) {
  char line[100];
  FILE *file = fopen("text", "w+");
  fprintf(file, "first line\nsecond line\n");
  rewind(file);
  while (fgets(line, sizeof line, file) != NULL) printf("read: %s", line);
  show("fseek", fseek(file, -5, SEEK_END));
  show("ftell", ftell(file));
  fputs("LINE", file);
  fclose(file);
  file = fopen("text", "a");
  fputs("third line\n", file);
  fclose(file);
}

static void descriptors(void) {
  char bytes[100];
  const int fd = open("numbers", O_RDWR | O_CREAT | O_EXCL, 0666);
  show("write", write(fd, "0123456789", 10));
  show("pread", pread(fd, bytes, 4, 3));
  show("lseek", lseek(fd, -2, SEEK_CUR));
  show("read", read(fd, bytes, sizeof bytes));
  show("ftruncate", ftruncate(fd, 5));
  struct stat info;
  show("fstat", fstat(fd, &info));
  show("size", (long)info.st_size);
  show("fsync", fsync(fd));
  close(fd);
  show("read when closed", read(fd, bytes, 1));
  show("open again", open("numbers", O_RDWR | O_CREAT | O_EXCL, 0666));
}

static void names(void) {
  char target[100] = "";
  show("mkdir", mkdir("folder", 0777));
  show("rename", rename("numbers", "folder/digits"));
  show("link", link("folder/digits", "folder/more"));
  show("symlink", symlink("folder/digits", "short"));
  show("readlink", readlink("short", target, sizeof target));
  printf("target: %s\n", target);
  list("folder");
  list(".");
  show("unlink", unlink("folder/more"));
  show("rmdir", rmdir("folder"));
  show("access", access("folder/digits", R_OK));
  show("no such file", access("folder/more", F_OK));
}

static void outside(void) {
  show("parent", open("../outside", O_RDONLY));
  show("absolute", open("/etc/passwd", O_RDONLY));
  show("link to it", symlink("/etc/passwd", "link"));
  show("through a link", open("trap", O_RDONLY));
}

int main(void) {
  texts();
  descriptors();
  names();
  outside();
  return 0;
}

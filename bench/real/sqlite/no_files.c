// What SQLite asks of the system, for a program without files: nothing can be opened, and time
// stands still, so that runs can be compared.
#include <sqlite3.h>
#include <string.h>

static int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
  (void)vfs, (void)name, (void)flags, (void)out;
  file->pMethods = NULL;
  return SQLITE_CANTOPEN;
}

static int delete_file(sqlite3_vfs* vfs, const char* name, int sync) {
  (void)vfs, (void)name, (void)sync;
  return SQLITE_IOERR_DELETE;
}

static int access_file(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
  (void)vfs, (void)name, (void)flags;
  *out = 0;
  return SQLITE_OK;
}

static int full_name(sqlite3_vfs* vfs, const char* name, int room, char* out) {
  (void)vfs;
  strncpy(out, name, (size_t)room);
  return SQLITE_OK;
}

static int randomness(sqlite3_vfs* vfs, int count, char* out) {
  (void)vfs;
  memset(out, 1, (size_t)count);
  return count;
}

static int sleep_for(sqlite3_vfs* vfs, int microseconds) {
  (void)vfs;
  return microseconds;
}

static int current_time(sqlite3_vfs* vfs, double* out) {
  (void)vfs;
  *out = 2460000.5;
  return SQLITE_OK;
}

int sqlite3_os_init(void) {
  static sqlite3_vfs no_files = {.iVersion = 1,
                                 .szOsFile = sizeof(sqlite3_file),
                                 .mxPathname = 64,
                                 .zName = "none",
                                 .xOpen = open_file,
                                 .xDelete = delete_file,
                                 .xAccess = access_file,
                                 .xFullPathname = full_name,
                                 .xRandomness = randomness,
                                 .xSleep = sleep_for,
                                 .xCurrentTime = current_time};
  return sqlite3_vfs_register(&no_files, 1);
}

int sqlite3_os_end(void) { return SQLITE_OK; }

// A command that has one case of others' tables run: client.wasm CASE
#include "command.h"

static void complain(const char* file, int line) {
  put_string("FAILED: ");
  put_string(file);
  put_string(":");
  put_number((uint64_t)line);
  put_string(": ");
}

_Noreturn static void give_up(void) {
  put_string("\n");
  write_all(get_stderr(), said().at, said().len);
  cli_exit(1);
  __builtin_unreachable();
}

void expect_that(int condition, const char* text, const char* file, int line) {
  if (condition) return;
  complain(file, line);
  put_string(text);
  give_up();
}

void expect_error_named(const uint32_t* code, const char* name, const char* file, int line) {
  if (is(span_of(error_name(code)), name)) return;
  complain(file, line);
  put_string(name);
  put_string(" wanted, but there is ");
  put_error(code);
  give_up();
}

span env(const char* name) {
  static uint32_t list[2];
  get_environment(list);
  const uint32_t* entry = (const uint32_t*)list[0];
  for (size_t i = 0; i < list[1]; ++i, entry += 4) {
    if (!is((span){(const char*)entry[0], entry[1]}, name)) continue;
    // What is forgotten later may hold it.
    static char kept[4][256];
    static int used;
    char* at = kept[used++ % 4];
    for (size_t k = 0; k < entry[3]; ++k) at[k] = ((const char*)entry[2])[k];
    return (span){at, entry[3]};
  }
  complain(name, 0);
  put_string("no such variable");
  give_up();
}

__attribute__((export_name("wasi:cli/run@" WASI_VERSION "#run"))) int32_t run(void) {
  const test_case* const tables[] = {kClient, kRules, kTraps, kStores};
  uint32_t list[2];
  get_arguments(list);
  if (list[1] != 2) return 1;
  const uint32_t* arguments = (const uint32_t*)list[0];
  const span name = {(const char*)arguments[2], arguments[3]};
  for (size_t i = 0; i < sizeof tables / sizeof *tables; ++i) {
    for (const test_case* at = tables[i]; at->name; ++at) {
      if (!is(name, at->name)) continue;
      at->run();
      put_string("done\n");
      write_all(get_stdout(), said().at, said().len);
      return 0;
    }
  }
  complain("command.c", __LINE__);
  put_string("no such case");
  give_up();
}

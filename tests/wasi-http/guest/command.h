// Cases of the command guest: each is a function that expects things, or that traps at its end.
#pragma once

#include "guest.h"

// Ends the program with a line on standard error unless the condition holds.
#define expect(condition) expect_that(condition, #condition, __FILE__, __LINE__)
void expect_that(int condition, const char* text, const char* file, int line);
// The same for an error-code: it has that name.
#define expect_error(code, name) expect_error_named(code, name, __FILE__, __LINE__)
void expect_error_named(const uint32_t* code, const char* name, const char* file, int line);

// Of the environment; ends the program if there is no such variable.
span env(const char* name);

// The tables of cases, each with an end that has no name.
typedef struct {
  const char* name;
  void (*run)(void);
} test_case;
extern const test_case kClient[];
extern const test_case kRules[];
extern const test_case kTraps[];
extern const test_case kStores[];

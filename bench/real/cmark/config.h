// What cmark's build would find out about the compiler.
#pragma once
#include <stdbool.h>

#define HAVE___BUILTIN_EXPECT
#define HAVE___ATTRIBUTE__
#define CMARK_ATTRIBUTE(list) __attribute__(list)
#define CMARK_INLINE inline

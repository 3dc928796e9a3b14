// Symbols of a static library need no marks.
#pragma once
#define CMARK_EXPORT

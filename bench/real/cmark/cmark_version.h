// The version that is built.
#pragma once
#define CMARK_VERSION 0
#define CMARK_VERSION_STRING "unknown"

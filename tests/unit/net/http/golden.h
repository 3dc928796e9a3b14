// Golden files: raw bytes in, raw bytes (or a description) out.
//
//   # a comment
//   === what the case shows
//   ! directive: value
//   --- in
//   GET / HTTP/1.1\r\n         line ends of the file do not count, escapes do:
//   Host: a\r\n\r\n            \r \n \t \0 \\ \xff, and \{x*300} repeats x (itself escaped)
//   --- out
//   @400                       a line of its own: the server's response with that status
//
// tests/http-raw replays the same files against `tappet serve`. For it alone are the directives
// `silence: OUTCOME` (what becomes of "pending" once the guest's time-out is over) and `unfinished`
// (a connection that is open, but in the middle of a request).
#pragma once

#include <map>
#include <string>
#include <vector>

namespace tappet::http {

struct GoldenCase {
  std::string file;
  int line = 0;
  std::string name;
  std::map<std::string, std::string> directives;
  std::string in;
  std::string out;

  bool has(const std::string& directive) const { return directives.contains(directive); }
};

// All cases of tests/golden/http/<file>; a malformed file fails the test that reads it.
std::vector<GoldenCase> read_golden(const std::string& file);

// "HTTP/1.1 400 Bad Request...": what a server with a clock at zero sends before it closes.
std::string error_response_text(int status);

// As in golden files, for messages of failed tests.
std::string escape(const std::string& bytes);

}  // namespace tappet::http

#include "tests/unit/net/http/golden.h"

#include <gtest/gtest.h>

#include <fstream>

#include "net/http/method.h"

namespace tappet::http {
namespace {

std::string unescape(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    switch (const char c = text[++i]; c) {
      case 'r':
        out += '\r';
        break;
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case '0':
        out += '\0';
        break;
      case 'x':
        out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
        i += 2;
        break;
      case '{': {
        const size_t end = text.find('}', i);
        const size_t star = text.rfind('*', end);
        const std::string unit = unescape(text.substr(i + 1, star - i - 1));
        for (int n = std::stoi(text.substr(star + 1, end - star - 1)); n > 0; --n) out += unit;
        i = end;
        break;
      }
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

std::vector<GoldenCase> read_golden(const std::string& file) {
  std::vector<GoldenCase> cases;
  std::ifstream in(std::string(TAPPET_ROOT) + "/tests/golden/http/" + file);
  EXPECT_TRUE(in.good()) << file;
  std::string GoldenCase::* section = nullptr;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.starts_with("=== ")) {
      cases.push_back({file, number, line.substr(4), {}, {}, {}});
      section = nullptr;
    } else if (line == "--- in") {
      section = &GoldenCase::in;
    } else if (line == "--- out") {
      section = &GoldenCase::out;
    } else if (line.empty() || line[0] == '#' || cases.empty()) {
      continue;
    } else if (section == nullptr && line.starts_with("! ")) {
      const size_t colon = std::min(line.find(": "), line.size());
      const size_t value = std::min(colon + 2, line.size());
      cases.back().directives[line.substr(2, colon - 2)] = line.substr(value);
    } else if (section == &GoldenCase::out && line[0] == '@') {
      cases.back().out += error_response_text(std::stoi(line.substr(1)));
    } else if (section != nullptr) {
      cases.back().*section += unescape(line);
    } else {
      ADD_FAILURE() << file << ":" << number << ": what is this?";
    }
  }
  EXPECT_FALSE(cases.empty()) << file;
  return cases;
}

std::string error_response_text(int status) {
  const std::string phrase(reason_phrase(static_cast<uint16_t>(status)));
  return "HTTP/1.1 " + std::to_string(status) + " " + phrase +
         "\r\nContent-Type: text/plain\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: " +
         std::to_string(phrase.size() + 1) + "\r\nConnection: close\r\n\r\n" + phrase + "\n";
}

std::string escape(const std::string& bytes) {
  std::string out;
  for (const char c : bytes) {
    if (c == '\r') {
      out += "\\r";
    } else if (c == '\n') {
      out += "\\n\n";
    } else if (c < ' ' || c > '~') {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<uint8_t>(c));
      out += hex;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace tappet::http

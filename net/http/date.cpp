#include "net/http/date.h"

#include <fmt/format.h>

#include <chrono>

namespace tappet::http {

std::string imf_fixdate(uint64_t unix_seconds) {
  using namespace std::chrono;
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const sys_days day(days(unix_seconds / 86400));
  const year_month_day date(day);
  const uint64_t rest = unix_seconds % 86400;
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), rest / 3600, rest / 60 % 60, rest % 60);
}

const std::string& DateCache::text(net::Clock& clock) {
  const uint64_t second = clock.wall_ns() / net::kSecond;
  if (second != second_) {
    second_ = second;
    text_ = imf_fixdate(second);
  }
  return text_;
}

}  // namespace tappet::http

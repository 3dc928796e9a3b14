// Errors on their way to guests and back.
#include "tests/unit/wasi/http/p2/fixture.h"
#include "wasi/p2/io.h"

namespace tappet::wasi::p2 {
namespace {

using http::ErrorCode;
using testing::V;

struct Nobody final : http::Exchange {
  void respond(http::Response) override {}
  void inform(uint16_t, const http::Fields&) override {}
  void unanswered() override {}
  const http::ConnectionInfo& connection() const override { return info; }
  http::ConnectionInfo info;
};

class ErrorCodeTest : public testing::HttpTest {
 protected:
  std::string shown(const ErrorCode& error) {
    const V handle = hand_in(std::make_shared<IoError>("text", error));
    return show("http-error-code", {borrow(handle)});
  }
  // As a guest that answers with the error it was given.
  std::optional<ErrorCode> there_and_back(const ErrorCode& error) {
    const V handle = hand_in(std::make_shared<IoError>("text", error));
    V given = value("http-error-code", {borrow(handle)});
    auto slot = std::make_shared<ResponseSlot>(
        http::Responder(net::Ref<http::Exchange>(net::make_ref<Nobody>().get())));
    const V out = hand_in(std::make_shared<ResponseOutparam>(slot));
    (void)caller.call("[static]response-outparam.set", {own(out), this->error(*given.payload())});
    return slot->error();
  }
};

TEST_F(ErrorCodeTest, EveryCaseGoesThereAndBack) {
  const ErrorCode cases[] = {
#define ERROR(name, text, payload) ErrorCode::name(),
#include "net/http/errors.def"
#undef ERROR
  };
  ASSERT_EQ(std::size(cases), 39U);
  for (const ErrorCode& error : cases) {
    EXPECT_EQ(there_and_back(error), error) << error.name();
    EXPECT_NE(shown(error).find(error.name()), std::string::npos) << error.name();
  }
}

TEST_F(ErrorCodeTest, PayloadsGoThereAndBack) {
  const ErrorCode cases[] = {
      ErrorCode::DnsError({"no such name", 7}),
      ErrorCode::TlsAlertReceived({80, "internal error"}),
      ErrorCode::HttpRequestBodySize(UINT64_MAX),
      ErrorCode::HttpRequestHeaderSectionSize(UINT32_MAX),
      ErrorCode::HttpRequestHeaderSize(http::FieldSizePayload{"a", 1}),
      ErrorCode::HttpRequestTrailerSize({std::nullopt, 0}),
      ErrorCode::HttpResponseTransferCoding("gzip"),
      ErrorCode::InternalError(""),
  };
  for (const ErrorCode& error : cases) EXPECT_EQ(there_and_back(error), error) << shown(error);
}

TEST_F(ErrorCodeTest, DetailsStayWithTheHost) {
  const ErrorCode error = ErrorCode::ConnectionRefused().with_detail("10.0.0.7:80");
  EXPECT_EQ(shown(error), "some(connection-refused)");
  EXPECT_EQ(shown(ErrorCode::InternalError().with_detail("10.0.0.7:80")),
            "some(internal-error(none))");
}

}  // namespace
}  // namespace tappet::wasi::p2

#include "wasi/http/engine/response_slot.h"

#include <gtest/gtest.h>

namespace tappet::wasi {
namespace {

using http::ErrorCode;

// Notes what the requester gets.
class Requester final : public http::Exchange {
 public:
  void respond(http::Response response) override {
    log += std::to_string(response.status) + ";";
    body = std::move(response.body);
  }
  void inform(uint16_t status, const http::Fields& fields) override {
    log += "(" + std::to_string(status) + ", " + std::to_string(fields.size()) + ");";
  }
  void unanswered() override { log += "unanswered;"; }
  const http::ConnectionInfo& connection() const override { return info; }
  void leave() { set_gone(); }

  std::string log;
  http::BodyReader body;
  http::ConnectionInfo info;
};

class ResponseSlotTest : public ::testing::Test {
 protected:
  net::Ref<Requester> requester = net::make_ref<Requester>();
  std::shared_ptr<ResponseSlot> slot =
      std::make_shared<ResponseSlot>(http::Responder(net::Ref<http::Exchange>(requester.get())));
};

TEST_F(ResponseSlotTest, AnswersOnce) {
  EXPECT_FALSE(slot->answered());
  slot->set(http::text_response(200, "a"));
  EXPECT_TRUE(slot->answered());
  slot->set(http::text_response(201, "b"));
  slot->set(ErrorCode::InternalError());
  EXPECT_FALSE(slot->error());
  slot.reset();
  EXPECT_EQ(requester->log, "200;");
}

TEST_F(ResponseSlotTest, AnErrorIs500) {
  slot->set(ErrorCode::LoopDetected());
  EXPECT_TRUE(slot->answered());
  EXPECT_EQ(slot->error(), ErrorCode::LoopDetected());
  EXPECT_EQ(requester->log, "500;");
}

TEST_F(ResponseSlotTest, AnInterimStatusIsNoAnswer) {
  slot->set(http::text_response(100, "too early"));
  EXPECT_EQ(slot->error(), ErrorCode::HttpProtocolError());
  EXPECT_EQ(requester->log, "500;");
}

TEST_F(ResponseSlotTest, InformsBeforeTheAnswer) {
  EXPECT_TRUE(slot->inform(103, {{"Link", "x"}}));
  EXPECT_TRUE(slot->inform(100, {}));
  for (const uint16_t bad : {0, 99, 101, 200, 65535}) EXPECT_FALSE(slot->inform(bad, {})) << bad;
  slot->set(http::text_response(200, "a"));
  EXPECT_FALSE(slot->inform(103, {}));
  EXPECT_EQ(requester->log, "(103, 1);(100, 0);200;");
}

TEST_F(ResponseSlotTest, TheOutparamLeavesTheQuestionOpen) {
  std::optional<ResponseOutparam> out(slot);
  out.reset();
  EXPECT_FALSE(slot->answered());
  EXPECT_EQ(requester->log, "");
  slot.reset();
  EXPECT_EQ(requester->log, "unanswered;");
}

// The server needs no reader of it.
TEST_F(ResponseSlotTest, NoContentIsNoSignOfAPeerThatLeft) {
  http::Body body = http::Body::make({.length = 0});
  const auto writer = std::make_shared<http::BodyWriter>(std::move(body.writer));
  slot->set({200, {{"content-length", "0"}}, std::move(body.reader)}, writer);
  requester->body = http::BodyReader();
  EXPECT_FALSE(slot->peer_gone());
}

TEST_F(ResponseSlotTest, NobodyNeedsToBeThere) {
  requester->leave();
  EXPECT_TRUE(slot->peer_gone());
  EXPECT_TRUE(slot->inform(103, {}));
  slot->set(http::text_response(200, "a"));
  EXPECT_TRUE(slot->answered());
}

}  // namespace
}  // namespace tappet::wasi

#include "server/http/message.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace etappe::http {
namespace {

TEST(Problem, IsAnRfc9457ObjectWithOurReason) {
  const Reply reply = problem(404, "unknown_site");
  EXPECT_EQ(reply.status, 404u);
  EXPECT_EQ(reply.body, R"({"type":"about:blank","title":"Not Found","status":404,"reason":"unknown_site"})");
  EXPECT_EQ(reply.headers.front().value, "application/problem+json");
}

TEST(Problem, EscapesItsDetail) {
  EXPECT_NE(problem(400, "r", "a\"b\\c\n").body.find(R"("detail":"a\"b\\c\u000a")"), std::string::npos);
}

TEST(Request, FindsTheFirstHeaderOfAName) {
  const Request request{"GET", "/", "", {{"a", "1"}, {"b", "2"}, {"a", "3"}}, "", ""};
  EXPECT_EQ(request.header("a"), "1");
  EXPECT_EQ(request.header("c"), "");
}

TEST(Responder, AnswersFiveHundredWhenItIsForgotten) {
  std::optional<unsigned> status;
  {
    const Responder forgotten([&](Reply reply) { status = reply.status; });
  }
  EXPECT_EQ(status, 500u);
}

TEST(Responder, AnswersOnceWhereverItIsMovedTo) {
  int answers = 0;
  {
    Responder first([&](Reply) { ++answers; });
    Responder second(std::move(first));
    second({});
  }
  EXPECT_EQ(answers, 1);
}

TEST(Responder, AnswersForTheRequestItReplaces) {
  std::optional<unsigned> replaced;
  std::optional<unsigned> kept;
  {
    Responder responder([&](Reply reply) { replaced = reply.status; });
    responder = Responder([&](Reply reply) { kept = reply.status; });
    EXPECT_EQ(replaced, 500u);
    responder({204, {}, {}});
  }
  EXPECT_EQ(kept, 204u);
}

}  // namespace
}  // namespace etappe::http

#include "server/observe/log.hpp"

#include <gtest/gtest.h>

namespace etappe::observe {
namespace {

TEST(Log, WritesOneLinePerMessageAndDropsWhatIsBelowItsLevel) {
  ::testing::internal::CaptureStderr();
  {
    Log log(Level::info);
    log.debug("spool", "not shown");
    log.info("spool", "opened 3 segments");
    log.error("http", "two\nlines\r\nforged");
  }
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_EQ(text.find("not shown"), std::string::npos);
  EXPECT_NE(text.find("Z info spool: opened 3 segments\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Z error http: two lines  forged\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace etappe::observe

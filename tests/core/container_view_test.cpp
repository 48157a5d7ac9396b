// Compiled containers by hand, also wrong ones. How a container is run is tested beside its compiler.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/rules/rules.hpp"

namespace etappe::rules {
namespace {

std::string u8(unsigned value) { return std::string(1, static_cast<char>(value)); }
std::string u16(unsigned value) { return u8(value & 255U) + u8(value >> 8U); }
std::string u32(unsigned value) { return u16(value & 65535U) + u16(value >> 16U); }
std::string text(unsigned offset, unsigned length) { return u16(offset) + u16(length); }

/// A container spelled out table by table. Its texts are "ordershop.value".
struct Spelled {
  std::string magic = "\xE7\xC7";
  unsigned format = 1;
  unsigned zero = 0;
  unsigned version = 0x01020304;
  std::string variables = u8(3) + u8(0) + text(5, 10) + u8(1) + u8(1) + text(0, 0);
  std::string triggers = u8(0) + u8(0) + text(0, 0) + u16(1) + u8(1) + u8(0) + text(0, 5) + u16(0);
  std::string conditions = u16(1) + u8(2) + u8(1) + text(0, 5);
  std::string tags = text(0, 5) + text(0, 5) + u16(0) + u16(0xFFFF) + u16(0xFFFF) + u16(1) + u8(1) + u8(2) +
                     u8(3) + u8(0) + u16(1) + u16(1);
  std::string entries = u16(0) + u16(1);
  std::string texts = "ordershop.value";
  std::string after;

  [[nodiscard]] std::string bytes() const {
    const auto count = [](const std::string& table, std::size_t size) {
      return u16(static_cast<unsigned>(table.size() / size));
    };
    return magic + u8(format) + u8(zero) + u32(version) + count(variables, 6) + count(triggers, 8) +
           count(conditions, 8) + count(tags, 24) + count(entries, 2) + count(texts, 1) + variables +
           triggers + conditions + tags + entries + texts + after;
  }
};

/// In place of Spelled's tag: a step of the two variables.
std::string a_step() {
  return text(0, 5) + text(0, 0) + u16(0) + u16(1) + u16(0xFFFF) + u16(0xFFFF) + u8(0) + u8(0) + u8(1) +
         u8(1) + u16(1) + u16(1);
}

Result<ContainerView, Error> open(const std::string& bytes) {
  return ContainerView::open(std::as_bytes(std::span(bytes)));
}

TEST(ContainerView, OpensAContainerWhereItLies) {
  const std::string bytes = Spelled{}.bytes();
  const auto container = open(bytes);
  ASSERT_TRUE(container);
  EXPECT_EQ(container->version(), 0x01020304U);
  EXPECT_EQ(container->tag_count(), 1U);
  ASSERT_EQ(container->path_count(), 1U);
  EXPECT_EQ(container->path(0), "shop.value");
  EXPECT_EQ(container->path(1), "");
}

TEST(ContainerView, OpensAStep) {
  Spelled spelled;
  spelled.tags = a_step();
  const std::string bytes = spelled.bytes();
  EXPECT_TRUE(open(bytes));
}

TEST(ContainerView, RefusesEveryBeginning) {
  const std::string bytes = Spelled{}.bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<char> prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const auto container = ContainerView::open(std::as_bytes(std::span(prefix)));
    ASSERT_FALSE(container) << size;
    EXPECT_EQ(name_of(container.error()), "truncated") << size;
  }
}

struct BrokenCase {
  std::string what;
  void (*break_it)(Spelled&);
  Error error;
};

TEST(ContainerView, SaysWhatIsWrongWithIt) {
  const BrokenCase cases[] = {
      {"magic 1", [](Spelled& s) { s.magic[0] = '{'; }, Error::bad_magic},
      {"magic 2", [](Spelled& s) { s.magic[1] = 1; }, Error::bad_magic},
      {"format 0", [](Spelled& s) { s.format = 0; }, Error::bad_version},
      {"format 2", [](Spelled& s) { s.format = 2; }, Error::bad_version},
      {"an extent that there is not", [](Spelled& s) { s.zero = 2; }, Error::bad_field},
      {"a full container without its header", [](Spelled& s) { s.zero = 1; }, Error::truncated},
      {"bytes after the texts", [](Spelled& s) { s.after = "x"; }, Error::trailing_bytes},
      {"variable type 5", [](Spelled& s) { s.variables[0] = 5; }, Error::bad_field},
      {"part of a data layer path", [](Spelled& s) { s.variables[1] = 1; }, Error::bad_field},
      {"url part 5", [](Spelled& s) { s.variables[7] = 5; }, Error::bad_field},
      {"variable text too long", [](Spelled& s) { s.variables[4] = 11; }, Error::bad_reference},
      {"variable text far away", [](Spelled& s) { s.variables[3] = '\xFF'; }, Error::bad_reference},
      {"occasion 2", [](Spelled& s) { s.triggers[0] = 2; }, Error::bad_field},
      {"trigger zero", [](Spelled& s) { s.triggers[1] = 1; }, Error::bad_field},
      {"event text", [](Spelled& s) { s.triggers[10] = 11; }, Error::bad_reference},
      {"too many conditions", [](Spelled& s) { s.triggers[14] = 1; }, Error::bad_reference},
      {"too few conditions", [](Spelled& s) { s.triggers[6] = 0; }, Error::bad_reference},
      {"condition's variable", [](Spelled& s) { s.conditions[0] = 2; }, Error::bad_reference},
      {"no variable for a condition", [](Spelled& s) { s.conditions[0] = '\xFF', s.conditions[1] = '\xFF'; },
       Error::bad_reference},
      {"operator 4", [](Spelled& s) { s.conditions[2] = 4; }, Error::bad_field},
      {"flag 4", [](Spelled& s) { s.conditions[3] = 4; }, Error::bad_field},
      {"condition's text", [](Spelled& s) { s.conditions[6] = 16; }, Error::bad_reference},
      {"tag's name", [](Spelled& s) { s.tags[2] = 16; }, Error::bad_reference},
      {"tag's conversion", [](Spelled& s) { s.tags[6] = 16; }, Error::bad_reference},
      {"empty conversion", [](Spelled& s) { s.tags[6] = 0; }, Error::bad_field},
      {"tag's value", [](Spelled& s) { s.tags[8] = 2; }, Error::bad_reference},
      {"tag's order id", [](Spelled& s) { s.tags[14] = 2; }, Error::bad_reference},
      {"weight 2", [](Spelled& s) { s.tags[16] = 2; }, Error::bad_field},
      {"repeat 3", [](Spelled& s) { s.tags[17] = 3; }, Error::bad_field},
      {"consent 4", [](Spelled& s) { s.tags[18] = 4; }, Error::bad_field},
      {"kind 2", [](Spelled& s) { s.tags[19] = 2; }, Error::bad_field},
      {"a step with a conversion", [](Spelled& s) { s.tags[19] = 1; }, Error::bad_field},
      {"a step without a funnel", [](Spelled& s) { s.tags = a_step(), s.tags[8] = s.tags[9] = '\xFF'; },
       Error::bad_reference},
      {"a step without a step", [](Spelled& s) { s.tags = a_step(), s.tags[10] = s.tags[11] = '\xFF'; },
       Error::bad_reference},
      {"a step's funnel", [](Spelled& s) { s.tags = a_step(), s.tags[8] = 2; }, Error::bad_reference},
      {"a step with a quantity", [](Spelled& s) { s.tags = a_step(), s.tags[12] = s.tags[13] = 0; },
       Error::bad_reference},
      {"a step with an order id", [](Spelled& s) { s.tags = a_step(), s.tags[14] = s.tags[15] = 0; },
       Error::bad_reference},
      {"a step with a weight", [](Spelled& s) { s.tags = a_step(), s.tags[16] = 1; }, Error::bad_field},
      {"a step with a repeat", [](Spelled& s) { s.tags = a_step(), s.tags[17] = 1; }, Error::bad_field},
      {"too many entries", [](Spelled& s) { s.tags[20] = 2; }, Error::bad_reference},
      {"too few entries", [](Spelled& s) { s.tags[22] = 0; }, Error::bad_reference},
      {"entry beyond the triggers", [](Spelled& s) { s.entries[0] = 2; }, Error::bad_reference},
  };
  for (const BrokenCase& c : cases) {
    Spelled spelled;
    c.break_it(spelled);
    const std::string bytes = spelled.bytes();
    const auto container = open(bytes);
    ASSERT_FALSE(container) << c.what;
    EXPECT_EQ(name_of(container.error()), name_of(c.error)) << c.what;
  }
}

std::string repeated(const std::string& piece, std::size_t count) {
  std::string all;
  for (std::size_t index = 0; index < count; ++index) all += piece;
  return all;
}

TEST(ContainerView, HasLimitsOfItsTables) {
  const auto error_of = [](const Spelled& spelled) {
    const std::string bytes = spelled.bytes();
    const auto container = open(bytes);
    return container ? std::string() : std::string(name_of(container.error()));
  };
  const std::string variable = u8(0) + u8(0) + text(0, 0);
  const std::string trigger = u8(0) + u8(0) + text(0, 0) + u16(0);
  for (const std::size_t count : {256U, 257U}) {
    const std::string expected = count > 256 ? "too_large" : "";
    Spelled variables;
    variables.variables = repeated(variable, count);
    EXPECT_EQ(error_of(variables), expected);
    Spelled triggers;
    triggers.triggers += repeated(trigger, count - 2);
    EXPECT_EQ(error_of(triggers), expected);
    Spelled tags;
    tags.tags = repeated(tags.tags, count);
    tags.entries = repeated(tags.entries, count);
    EXPECT_EQ(error_of(tags), expected);
  }
  for (const std::size_t count : {1024U, 1025U}) {
    Spelled conditions;
    conditions.triggers.replace(6, 2, u16(static_cast<unsigned>(count)));
    conditions.conditions = repeated(conditions.conditions, count);
    EXPECT_EQ(error_of(conditions), count > 1024 ? "too_large" : "");
  }
}

TEST(ContainerView, HasAtMost65536Bytes) {
  Spelled spelled;
  const std::size_t rest = 65536 - spelled.bytes().size();
  spelled.texts += std::string(rest, 'x');
  EXPECT_TRUE(open(spelled.bytes()));
  spelled.texts += 'x';
  EXPECT_EQ(open(spelled.bytes()).error(), Error::too_large);
}

TEST(ContainerView, AnEmptyContainerFiresNothing) {
  Spelled spelled;
  spelled.variables = spelled.triggers = spelled.conditions = spelled.tags = spelled.entries = spelled.texts =
      "";
  const std::string bytes = spelled.bytes();
  ASSERT_EQ(bytes.size(), 20U);
  const auto container = open(bytes);
  ASSERT_TRUE(container);
  struct Nothing final : Outcome {
    void fired(FiringView&) override { FAIL(); }
    void held(const HeldView&) override { FAIL(); }
  } nothing;
  container->run({}, nothing);
  EXPECT_EQ(container->path_count(), 0U);
}

}  // namespace
}  // namespace etappe::rules

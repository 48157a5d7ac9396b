#pragma once
// What a container's variables are worth in one happening. Only this room includes it.

#include <array>
#include <span>
#include <string_view>

#include "core/rules/features.hpp"
#include "core/rules/rules.hpp"

namespace etappe::rules {

/// Where a basic container's decoded values are kept; a full one's have a memory of their own.
using Memory = std::array<char, kFullRules ? 1 : kMaxBasicValueBytes>;

/// What both kinds of containers have.
class ContainerView::BasicValues {
 public:
  BasicValues(const ContainerView& container, const Happening& happening)
      : container_(container), happening_(happening), page_(url::split_trusted(happening.page_url)) {}

  /// Of the variable whose number stands at `at`; of none, what `value` is. Only a decoded parameter needs
  /// the memory.
  void read(std::size_t at, std::span<char> memory, std::string_view& value) const {
    const unsigned index = container_.u16(at);
    if (index != layout::kNone) read_basic(index, memory, value);
  }

 protected:
  void read_basic(unsigned index, std::span<char> memory, std::string_view& value) const;
  [[nodiscard]] const std::string_view& part_of_page(layout::Part part) const;

  const ContainerView& container_;
  const Happening& happening_;
  url::UrlView page_;
};

/// Each variable of a full container is looked up when it is first asked for, and once.
class ContainerView::FullValues : public BasicValues {
 public:
  using BasicValues::BasicValues;
  [[gnu::noinline]] void read(std::size_t at, std::span<char> memory, std::string_view& value);

 private:
  [[nodiscard]] std::string_view named_at(std::size_t at);
  [[nodiscard]] std::string_view of(unsigned index);
  [[nodiscard]] std::string_view value_of(unsigned index);
  [[nodiscard]] std::string_view source(unsigned input);
  [[nodiscard]] std::string_view referrer() const {
    return happening_.around == nullptr ? std::string_view{} : happening_.around->referrer;
  }
  [[nodiscard]] std::string_view part_of_address(layout::Part part, unsigned input, unsigned flags);
  [[nodiscard]] std::string_view looked_up(unsigned index, bool by_pattern);
  [[nodiscard]] std::string_view put_together(unsigned index);
  [[nodiscard]] std::string_view in_case(std::string_view text, bool upper);
  [[nodiscard]] std::string_view as_text(std::uint32_t number);
  [[nodiscard]] std::size_t more_of(unsigned index) const;

  /// What is left of the memory, for one value.
  [[nodiscard, gnu::noinline]] std::span<char> room();
  /// A value that was written to the room is kept.
  [[gnu::noinline]] std::string_view keep(std::string_view value);

  std::array<std::string_view, kMaxVariables> known_{};  // without data: not asked for yet
  std::array<char, kValueMemory> memory_;
  std::size_t used_ = 0;
};

}  // namespace etappe::rules

#include "core/rules/features.hpp"
#include "core/rules/layout.hpp"
#include "core/rules/pattern.hpp"
#include "core/rules/rules.hpp"

namespace etappe::rules {

using namespace layout;

std::string_view name_of(Error error) {
  switch (error) {
    case Error::truncated: return "truncated";
    case Error::trailing_bytes: return "trailing_bytes";
    case Error::bad_magic: return "bad_magic";
    case Error::bad_version: return "bad_version";
    case Error::bad_field: return "bad_field";
    case Error::bad_reference: return "bad_reference";
    case Error::too_large: return "too_large";
  }
  return {};
}

std::string_view name_of(Occasion occasion) {
  constexpr std::array<std::string_view, kOccasions> kNames = {
      "page_view", "event",      "consent",     "init",           "dom_ready",    "window_loaded",
      "click",     "link_click", "form_submit", "history_change", "scroll_depth", "visibility",
      "timer",     "engagement", "js_error",    "group"};
  const auto index = static_cast<std::size_t>(occasion);
  return index < kOccasions ? kNames[index] : std::string_view{};
}

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::consent: return "consent";
    case Reason::exception: return "exception";
    case Reason::schedule: return "schedule";
    case Reason::share: return "sampling";
    case Reason::setup: return "setup";
  }
  return {};
}

unsigned ContainerView::u8(std::size_t at) const { return static_cast<unsigned>(bytes_[at]); }
unsigned ContainerView::u16(std::size_t at) const { return u8(at) | (u8(at + 1) << 8U); }

std::string_view ContainerView::text(std::size_t at) const {
  const auto bytes = bytes_.subspan(texts_.offset + u16(at), u16(at + 2));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Looks at every record once and remembers the first thing that is wrong.
class ContainerView::Checker {
 public:
  explicit Checker(const ContainerView& container) : container_(container) {}

  Result<void, Error> check() {
    for (std::size_t index = 0; index < container_.variables_.count; ++index) check_variable(index);
    for (std::size_t index = 0; index < container_.triggers_.count; ++index) check_trigger(index);
    for (std::size_t index = 0; index < container_.conditions_.count; ++index) check_condition(index);
    for (std::size_t index = 0; index < container_.tags_.count; ++index) check_tag(index);
    for (std::size_t index = 0; index < container_.entries_.count; ++index) {
      refers(container_.entries_.offset + index * entry::kSize, container_.triggers_);
    }
    if (conditions_ != container_.conditions_.count || entries_ != container_.entries_.count ||
        rows_ != container_.rows_.count || parameters_ != container_.parameters_.count) {
      want(false, Error::bad_reference);
    }
    if (!good_) return fail(error_);
    return {};
  }

 private:
  void want(bool condition, Error error) {
    if (condition || !good_) return;
    good_ = false;
    error_ = error;
  }
  void at_most(std::size_t at, unsigned most) { want(container_.u8(at) <= most, Error::bad_field); }
  void refers(std::size_t at, const Table& table) {
    want(container_.u16(at) < table.count, Error::bad_reference);
  }
  void refers_or_none(std::size_t at, const Table& table) {
    if (container_.u16(at) != kNone) refers(at, table);
  }
  /// Whether a text is within the texts.
  bool is_text(std::size_t at) {
    const bool within = container_.u16(at) + container_.u16(at + 2) <= container_.texts_.count;
    want(within, Error::bad_reference);
    return within;
  }
  void is_program(std::size_t at) {
    if (is_text(at)) want(is_pattern(container_.text(at)), Error::bad_field);
  }

  void check_variable(std::size_t index) {
    const std::size_t at = container_.variables_.offset + index * variable::kSize;
    const unsigned type = container_.u8(at + variable::kType);
    want(type <= static_cast<unsigned>(container_.full_ ? VariableType::text : kLastBasicType),
         Error::bad_field);
    at_most(at + variable::kPart, most_part(static_cast<VariableType>(type)));
    is_text(at + variable::kText);
    if (container_.full_) check_more_of_variable(index, static_cast<VariableType>(type));
  }

  [[nodiscard]] unsigned most_part(VariableType type) const {
    switch (type) {
      case VariableType::url: return static_cast<unsigned>(container_.full_ ? Part::extension : Part::full);
      case VariableType::cookie: return kCookieAsItIs;
      case VariableType::element: return static_cast<unsigned>(ElementPart::attribute);
      case VariableType::detail: return static_cast<unsigned>(Detail::history_cause);
      case VariableType::consent: return static_cast<unsigned>(consent::Purpose::marketing);
      default: return 0;
    }
  }

  void check_more_of_variable(std::size_t index, VariableType type) {
    using namespace more_of_variable;
    const std::size_t at = container_.more_of_variables_.offset + index * kSize;
    is_text(at + kDefault);
    at_most(at + kFlags, kLower | kUpper | kStripWww | kWholeText | more_of_variable::kIgnoreCase);
    at_most(at + kZero, 0);
    const bool is_table = type == VariableType::lookup || type == VariableType::pattern_lookup;
    const bool has_rows = is_table || type == VariableType::text;
    std::size_t depth = 0;
    const unsigned input = container_.u16(at + kInput);
    const bool has_source = type == VariableType::url || type == VariableType::query;
    want(input == kNone       ? !is_table
         : input == kReferrer ? has_source
                              : has_source || is_table,
         Error::bad_reference);
    if (input < kReferrer) lead_to(input, index, depth);
    const std::size_t count = container_.u16(at + kRows);
    want(container_.u16(at + kFirst) == rows_ && (has_rows || count == 0), Error::bad_reference);
    rows_ += count;
    for (std::size_t number = rows_ - count; number < rows_ && number < container_.rows_.count; ++number) {
      const std::size_t row_at = container_.rows_.offset + number * row::kSize;
      if (type == VariableType::pattern_lookup) {
        is_program(row_at + row::kKey);
      } else {
        is_text(row_at + row::kKey);
      }
      lead_to(container_.u16(row_at + row::kValue), index, depth);
    }
    want(depth < kMaxDepth, Error::too_large);
    depths_[index] = static_cast<std::uint8_t>(depth);
  }

  /// Variables lead to earlier ones only, so that none leads to itself.
  void lead_to(unsigned other, std::size_t index, std::size_t& depth) {
    want(other < index, Error::bad_reference);
    if (other < index && depth <= depths_[other]) depth = depths_[other] + std::size_t{1};
  }

  void check_trigger(std::size_t index) {
    const std::size_t at = container_.triggers_.offset + index * trigger::kSize;
    const auto occasion = static_cast<Occasion>(container_.u8(at + trigger::kOccasion));
    want(occasion <= (container_.full_ ? Occasion::group : Occasion::event), Error::bad_field);
    const unsigned flags = container_.u8(at + trigger::kFlags);
    const bool follows = occasion == Occasion::link_click || occasion == Occasion::form_submit;
    want(flags == 0 ||
             (container_.full_ && occasion == Occasion::event && flags == trigger::kEventIsPattern) ||
             (follows && flags == trigger::kOnlyFollowed),
         Error::bad_field);
    if (occasion == Occasion::group) {
      check_group(index, at);
    } else if (flags == trigger::kEventIsPattern) {
      is_program(at + trigger::kEvent);
    } else {
      is_text(at + trigger::kEvent);
    }
    conditions_ += container_.u16(at + trigger::kConditions);
  }

  /// Groups have earlier triggers as members, and no conditions.
  void check_group(std::size_t index, std::size_t at) {
    if (!is_text(at + trigger::kEvent)) return;
    const std::size_t size = container_.u16(at + trigger::kEvent + 2);
    const std::size_t first = container_.texts_.offset + container_.u16(at + trigger::kEvent);
    want(size > 0 && size % 2 == 0 && container_.u16(at + trigger::kConditions) == 0, Error::bad_field);
    for (std::size_t member = 0; member + 1 < size; member += 2) {
      want(container_.u16(first + member) < index, Error::bad_reference);
    }
  }

  void check_condition(std::size_t index) {
    const std::size_t at = container_.conditions_.offset + index * condition::kSize;
    refers(at + condition::kVariable, container_.variables_);
    const auto op = static_cast<Operator>(container_.u8(at + condition::kOperator));
    const unsigned flags = container_.u8(at + condition::kFlags);
    want(op <= (container_.full_ ? Operator::selector : Operator::ends_with), Error::bad_field);
    at_most(at + condition::kFlags, kNot | kIgnoreCase | (container_.full_ ? kValueIsVariable : 0));
    if (op == Operator::matches) {
      want((flags & ~kNot) == 0, Error::bad_field);  // case is a matter of the program
      is_program(at + condition::kValue);
    } else if ((flags & kValueIsVariable) != 0) {
      want(op != Operator::selector, Error::bad_field);
      refers(at + condition::kValue, container_.variables_);
    } else {
      is_text(at + condition::kValue);
    }
  }

  void check_tag(std::size_t index) {
    const std::size_t at = container_.tags_.offset + index * tag::kSize;
    is_text(at + tag::kName);
    is_text(at + tag::kConversion);
    const auto kind = static_cast<Kind>(container_.u8(at + tag::kKind));
    want(kind <= (container_.full_ ? Kind::server : Kind::step), Error::bad_field);
    const bool is_step = kind == Kind::step;
    const bool is_image = kind == Kind::image;
    want((container_.u16(at + tag::kConversion + 2) == 0) == (is_step || is_image), Error::bad_field);
    for (const std::size_t parameter : {tag::kValue, tag::kCurrency, tag::kQuantity, tag::kOrderId}) {
      refers_or_none(at + parameter, container_.variables_);
      // A step has the first two and no others, an image the first.
      const bool is_none = container_.u16(at + parameter) == kNone;
      want(!is_step || is_none == (parameter > tag::kStep), Error::bad_reference);
      want(!is_image || is_none == (parameter > tag::kAddress), Error::bad_reference);
    }
    at_most(at + tag::kWeight, kind == Kind::conversion ? static_cast<unsigned>(event::Weight::micro) : 0);
    const auto repeat = container_.full_ ? Repeat::once_per_visitor : Repeat::once_per_session;
    at_most(at + tag::kRepeat, is_step ? 0 : static_cast<unsigned>(repeat));
    at_most(at + tag::kConsent, kNeedsAnalytics | kNeedsMarketing);
    entries_ += container_.u16(at + tag::kTriggers) + container_.u16(at + tag::kExceptions);
    if (container_.full_) check_more_of_tag(index, kind);
  }

  void check_more_of_tag(std::size_t index, Kind kind) {
    using namespace more_of_tag;
    const std::size_t at = container_.more_of_tags_.offset + index * kSize;
    want(container_.u16(at + kShare) >= 1 && container_.u16(at + kShare) <= kWholeShare, Error::bad_field);
    refers_or_none(at + kSetup, container_.tags_);
    refers_or_none(at + kCleanup, container_.tags_);
    want(chain_ends(index, kMaxChain), Error::too_large);
    at_most(at + kFlags, kSetupMustFire | kOnlyAfterFiring | kSkipWithoutConsent);
    at_most(at + kZero, 0);
    const std::size_t count = container_.u16(at + more_of_tag::kParameters);
    want(container_.u16(at + kFirst) == parameters_ && (count == 0 || kind == Kind::server),
         Error::bad_reference);
    parameters_ += count;
    for (std::size_t number = parameters_ - count;
         number < parameters_ && number < container_.parameters_.count; ++number) {
      const std::size_t parameter_at = container_.parameters_.offset + number * parameter::kSize;
      is_text(parameter_at + parameter::kKey);
      refers(parameter_at + parameter::kVariable, container_.variables_);
    }
  }

  [[nodiscard]] bool chain_ends(std::size_t index, std::size_t left) const {
    if (index >= container_.tags_.count) return true;
    if (left == 0) return false;
    const std::size_t at = container_.more_of_tags_.offset + index * more_of_tag::kSize;
    return chain_ends(container_.u16(at + more_of_tag::kSetup), left - 1) &&
           chain_ends(container_.u16(at + more_of_tag::kCleanup), left - 1);
  }

  const ContainerView& container_;
  std::size_t conditions_ = 0;
  std::size_t entries_ = 0;
  std::size_t rows_ = 0;
  std::size_t parameters_ = 0;
  std::array<std::uint8_t, kMaxVariables> depths_{};
  bool good_ = true;
  Error error_{};
};

Result<ContainerView, Error> ContainerView::open(std::span<const std::byte> bytes) {
  if (bytes.size() > kMaxContainerBytes) return fail(Error::too_large);
  ContainerView container;
  container.bytes_ = bytes;
  for (std::size_t at = 0; at < 2; ++at) {
    if (at >= bytes.size()) return fail(Error::truncated);
    if (container.u8(at) != kMagic[at]) return fail(Error::bad_magic);
  }
  if (bytes.size() < 3) return fail(Error::truncated);
  if (container.u8(2) != kFormatVersion) return fail(Error::bad_version);
  if (bytes.size() < kHeaderSize) return fail(Error::truncated);
  if (container.u8(3) > static_cast<unsigned>(kFullRules ? Extent::full : Extent::basic))
    return fail(Error::bad_field);
  if (container.u8(3) != 0 && bytes.size() < kFullHeaderSize) return fail(Error::truncated);
  const std::size_t end = container.place_tables() + container.listening_size();
  if (container.variables_.count > kMaxVariables || container.triggers_.count > kMaxTriggers ||
      container.conditions_.count > kMaxConditions || container.tags_.count > kMaxTags ||
      container.rows_.count > kMaxRows || container.parameters_.count > kMaxParameters) {
    return fail(Error::too_large);
  }
  if (end > bytes.size()) return fail(Error::truncated);
  if (end < bytes.size()) return fail(Error::trailing_bytes);
  if (const auto checked = Checker(container).check(); !checked) return fail(checked.error());
  return container;
}

ContainerView ContainerView::trusted(std::span<const std::byte> bytes) {
  ContainerView container;
  container.bytes_ = bytes;
  container.place_tables();
  return container;
}

std::size_t ContainerView::place_tables() {
  version_ = u16(4) | (u16(6) << 16U);
  full_ = kFullRules && u8(3) != 0;
  std::size_t end = full_ ? kFullHeaderSize : kHeaderSize;
  const auto place = [&](Table& table, std::size_t count_at, std::size_t record_size) {
    table = {.offset = end, .count = u16(count_at)};
    end += table.count * record_size;
  };
  place(variables_, 8, variable::kSize);
  place(triggers_, 10, trigger::kSize);
  place(conditions_, 12, condition::kSize);
  place(tags_, 14, tag::kSize);
  place(entries_, 16, entry::kSize);
  if constexpr (kFullRules) {
    if (full_) {
      more_of_variables_ = {.offset = end, .count = variables_.count};
      end += variables_.count * more_of_variable::kSize;
      place(rows_, 20, row::kSize);
      more_of_tags_ = {.offset = end, .count = tags_.count};
      end += tags_.count * more_of_tag::kSize;
      place(parameters_, 22, parameter::kSize);
    }
  }
  place(texts_, 18, 1);
  return end;
}

std::size_t ContainerView::listening_size() const { return full_ ? u16(24) : 0; }

std::string_view ContainerView::listening() const {
  const auto bytes = bytes_.last(listening_size());
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::size_t ContainerView::path_count() const {
  std::size_t count = 0;
  for (std::size_t index = 0; index < variables_.count; ++index) {
    const unsigned type = u8(variables_.offset + index * variable::kSize + variable::kType);
    if (type == static_cast<unsigned>(VariableType::data_layer)) ++count;
  }
  return count;
}

std::string_view ContainerView::path(std::size_t wanted) const {
  for (std::size_t index = 0; index < variables_.count; ++index) {
    const std::size_t at = variables_.offset + index * variable::kSize;
    if (u8(at + variable::kType) != static_cast<unsigned>(VariableType::data_layer)) continue;
    if (wanted-- == 0) return text(at + variable::kText);
  }
  return {};
}

}  // namespace etappe::rules

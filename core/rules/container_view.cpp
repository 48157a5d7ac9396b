#include "core/rules/layout.hpp"
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
    if (conditions_ != container_.conditions_.count || entries_ != container_.entries_.count) {
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
  void is_text(std::size_t at) {
    want(container_.u16(at) + container_.u16(at + 2) <= container_.texts_.count, Error::bad_reference);
  }

  void check_variable(std::size_t index) {
    const std::size_t at = container_.variables_.offset + index * variable::kSize;
    at_most(at + variable::kType, static_cast<unsigned>(VariableType::event_property));
    const bool is_url = container_.u8(at + variable::kType) == static_cast<unsigned>(VariableType::url);
    at_most(at + variable::kPart, is_url ? static_cast<unsigned>(Part::full) : 0);
    is_text(at + variable::kText);
  }

  void check_trigger(std::size_t index) {
    const std::size_t at = container_.triggers_.offset + index * trigger::kSize;
    at_most(at + trigger::kOccasion, static_cast<unsigned>(Occasion::event));
    at_most(at + trigger::kZero, 0);
    is_text(at + trigger::kEvent);
    conditions_ += container_.u16(at + trigger::kConditions);
  }

  void check_condition(std::size_t index) {
    const std::size_t at = container_.conditions_.offset + index * condition::kSize;
    refers(at + condition::kVariable, container_.variables_);
    at_most(at + condition::kOperator, static_cast<unsigned>(Operator::ends_with));
    at_most(at + condition::kFlags, kNot | kIgnoreCase);
    is_text(at + condition::kValue);
  }

  void check_tag(std::size_t index) {
    const std::size_t at = container_.tags_.offset + index * tag::kSize;
    is_text(at + tag::kName);
    is_text(at + tag::kConversion);
    at_most(at + tag::kKind, static_cast<unsigned>(Kind::step));
    const bool is_step = container_.u8(at + tag::kKind) == static_cast<unsigned>(Kind::step);
    want((container_.u16(at + tag::kConversion + 2) == 0) == is_step, Error::bad_field);
    for (const std::size_t parameter : {tag::kValue, tag::kCurrency, tag::kQuantity, tag::kOrderId}) {
      const bool is_none = container_.u16(at + parameter) == kNone;
      if (!is_none) refers(at + parameter, container_.variables_);
      // A step has the first two and no others.
      want(!is_step || is_none == (parameter > tag::kStep), Error::bad_reference);
    }
    at_most(at + tag::kWeight, is_step ? 0 : static_cast<unsigned>(event::Weight::micro));
    at_most(at + tag::kRepeat, is_step ? 0 : static_cast<unsigned>(Repeat::once_per_session));
    at_most(at + tag::kConsent, kNeedsAnalytics | kNeedsMarketing);
    entries_ += container_.u16(at + tag::kTriggers) + container_.u16(at + tag::kExceptions);
  }

  const ContainerView& container_;
  std::size_t conditions_ = 0;
  std::size_t entries_ = 0;
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
  if (container.u8(3) != 0) return fail(Error::bad_field);
  const std::size_t end = container.place_tables();
  if (container.variables_.count > kMaxVariables || container.triggers_.count > kMaxTriggers ||
      container.conditions_.count > kMaxConditions || container.tags_.count > kMaxTags) {
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
  std::size_t end = kHeaderSize;
  const auto place = [&](Table& table, std::size_t count_at, std::size_t record_size) {
    table = {.offset = end, .count = u16(count_at)};
    end += table.count * record_size;
  };
  place(variables_, 8, variable::kSize);
  place(triggers_, 10, trigger::kSize);
  place(conditions_, 12, condition::kSize);
  place(tags_, 14, tag::kSize);
  place(entries_, 16, entry::kSize);
  place(texts_, 18, 1);
  return end;
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

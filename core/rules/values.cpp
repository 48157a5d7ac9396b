#include "core/rules/values.hpp"

#include <algorithm>

#include "core/rules/layout.hpp"
#include "core/rules/match.hpp"
#include "core/rules/pattern.hpp"

namespace etappe::rules {

using namespace layout;

namespace {

/// What is known to be empty, in contrast to what nobody has asked for yet.
constexpr std::string_view kEmpty = std::string_view(" ").substr(1);

/// A view's data is never null here, so that it can be told from an unknown one.
std::string_view certain(std::string_view value) { return value.empty() ? kEmpty : value; }

std::string_view extension_of(std::string_view path) {
  const std::string_view last = path.substr(path.rfind('/') + 1);
  const std::size_t point = last.rfind('.');
  return point == std::string_view::npos ? std::string_view{} : last.substr(point + 1);
}

std::string_view usual_port(const url::UrlView& url) {
  if (!url.port.empty() || url.host.empty()) return url.port;
  return url.scheme.size() == 5 ? "443" : "80";  // https or http
}

std::string_view state_name(consent::State state) {
  switch (state) {
    case consent::State::granted: return "granted";
    case consent::State::denied: return "denied";
    case consent::State::undetermined: break;
  }
  return "undetermined";
}

}  // namespace

const std::string_view& ContainerView::BasicValues::part_of_page(Part part) const {
  switch (part) {
    case Part::host: return page_.host;
    case Part::path: return page_.path;
    case Part::query: return page_.query;
    case Part::fragment: return page_.fragment;
    default: return happening_.page_url;
  }
}

void ContainerView::BasicValues::read_basic(unsigned index, std::span<char> memory,
                                            std::string_view& value) const {
  const std::size_t at = container_.variables_.offset + index * variable::kSize;
  value = container_.text(at + variable::kText);
  const auto type = static_cast<VariableType>(container_.u8(at + variable::kType));
  if (type == VariableType::url) {
    value = part_of_page(static_cast<Part>(container_.u8(at + variable::kPart)));
  } else if (type == VariableType::query) {
    value = url::decode(url::find_param(page_.query, value).value_or(std::string_view{}), memory);
  } else if (type != VariableType::constant) {
    const Facts* const facts = happening_.facts;
    value = facts == nullptr                   ? std::string_view{}
            : type == VariableType::data_layer ? facts->data_layer(value)
                                               : facts->event_property(value);
  }
}

void ContainerView::FullValues::read(std::size_t at, std::span<char>, std::string_view& value) {
  const unsigned index = container_.u16(at);
  if (index != kNone) value = of(index);
}

std::string_view ContainerView::FullValues::named_at(std::size_t at) {
  std::string_view value;
  read(at, {}, value);
  return value;
}

std::string_view ContainerView::FullValues::of(unsigned index) {
  std::string_view& known = known_[index];
  if (known.data() == nullptr) {
    std::string_view value;
    if (container_.full_) {
      value = value_of(index);
    } else {
      read_basic(index, room(), value);
      keep(value);
    }
    known = certain(value);
  }
  return known;
}

std::string_view ContainerView::FullValues::value_of(unsigned index) {
  const std::size_t at = container_.variables_.offset + index * variable::kSize;
  const std::size_t more = more_of(index);
  const auto type = static_cast<VariableType>(container_.u8(at + variable::kType));
  const unsigned part = container_.u8(at + variable::kPart);
  const std::string_view text = container_.text(at + variable::kText);
  const unsigned flags = container_.u8(more + more_of_variable::kFlags);
  const unsigned input = container_.u16(more + more_of_variable::kInput);
  std::string_view value;
  switch (type) {
    case VariableType::url: value = part_of_address(static_cast<Part>(part), input, flags); break;
    case VariableType::query:
      value = keep(url::decode(url::find_param(part_of_address(Part::query, input, 0), text).value_or(kEmpty),
                               room()));
      break;
    case VariableType::event_name:
      value = happening_.occasion == Occasion::event ? happening_.event_name : name_of(happening_.occasion);
      break;
    case VariableType::cookie:
    case VariableType::javascript:
    case VariableType::dom:
    case VariableType::element:
    case VariableType::detail:
      if (happening_.facts != nullptr) value = keep(happening_.facts->of_page(type, part, text, room()));
      break;
    case VariableType::consent:
      value = state_name(happening_.consent.of(static_cast<consent::Purpose>(part)));
      break;
    case VariableType::random:
      if (happening_.facts != nullptr) value = as_text(happening_.facts->random());
      break;
    case VariableType::container_version: value = as_text(container_.version_); break;
    case VariableType::lookup: value = looked_up(index, false); break;
    case VariableType::pattern_lookup: value = looked_up(index, true); break;
    case VariableType::text: value = put_together(index); break;
    case VariableType::constant:
    case VariableType::data_layer:
    case VariableType::event_property: read_basic(index, room(), value); break;
  }
  if (value.empty()) return container_.text(more + more_of_variable::kDefault);
  if ((flags & (more_of_variable::kLower | more_of_variable::kUpper)) != 0) {
    value = in_case(value, (flags & more_of_variable::kUpper) != 0);
  }
  return value;
}

std::size_t ContainerView::FullValues::more_of(unsigned index) const {
  return container_.more_of_variables_.offset + index * more_of_variable::kSize;
}

std::string_view ContainerView::FullValues::source(unsigned input) {
  if (input == kNone) return happening_.page_url;
  return input == more_of_variable::kReferrer ? referrer() : of(input);
}

std::string_view ContainerView::FullValues::part_of_address(Part part, unsigned input, unsigned flags) {
  const std::string_view address = source(input);
  if (part == Part::full) return address;
  url::UrlView parts = page_;
  if (input != kNone) {
    const auto split = url::split(address);
    if (!split) return {};
    parts = *split;
  }
  switch (part) {
    case Part::host:
      if ((flags & more_of_variable::kStripWww) != 0 && parts.host.starts_with("www."))
        parts.host.remove_prefix(4);
      return in_case(parts.host, false);
    case Part::path: return parts.path;
    case Part::query: return parts.query;
    case Part::fragment: return parts.fragment;
    case Part::protocol: return parts.scheme;
    case Part::port: return usual_port(parts);
    case Part::extension: return extension_of(parts.path);
    case Part::full: break;
  }
  return {};
}

std::string_view ContainerView::FullValues::looked_up(unsigned index, bool by_pattern) {
  const std::size_t more = more_of(index);
  const unsigned flags = container_.u8(more + more_of_variable::kFlags);
  const std::string_view input = of(container_.u16(more + more_of_variable::kInput));
  const unsigned rows = container_.u16(more + more_of_variable::kRows);
  std::size_t at = container_.rows_.offset + container_.u16(more + more_of_variable::kFirst) * row::kSize;
  for (unsigned left = rows; left > 0; --left, at += row::kSize) {
    const std::string_view key = container_.text(at + row::kKey);
    const bool fits = by_pattern ? pattern_found(key, input, (flags & more_of_variable::kWholeText) != 0)
                                 : event::is_same(key, input);
    if (fits) return named_at(at + row::kValue);
  }
  return {};
}

std::string_view ContainerView::FullValues::put_together(unsigned index) {
  const std::size_t more = more_of(index);
  const unsigned rows = container_.u16(more + more_of_variable::kRows);
  const std::size_t first =
      container_.rows_.offset + container_.u16(more + more_of_variable::kFirst) * row::kSize;
  // The parts may need memory of their own: first all of them, then the whole.
  for (unsigned number = 0; number < rows; ++number)
    static_cast<void>(named_at(first + number * row::kSize + row::kValue));
  const std::span<char> all = room();
  std::size_t size = 0;
  for (unsigned number = 0; number < rows; ++number) {
    const std::size_t at = first + number * row::kSize;
    const std::string_view part = named_at(at + row::kValue);
    const std::span<char> rest = all.subspan(size);
    // A key says that the part belongs into an address.
    size += container_.u16(at + row::kKey + 2) == 0 ? copy_text(part, rest) : percent_encode(part, rest);
  }
  return keep({all.data(), size});
}

std::string_view ContainerView::FullValues::in_case(std::string_view text, bool upper) {
  const std::span<char> copy = room();
  const std::size_t size = copy_text(text, copy);
  fold_case({copy.data(), size}, upper);
  return keep({copy.data(), size});
}

std::string_view ContainerView::FullValues::as_text(std::uint32_t number) {
  const std::span<char> digits = room();
  constexpr std::size_t kMostDigits = 10;
  if (digits.size() < kMostDigits) return {};
  std::size_t size = 0;
  do {
    digits[size++] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  std::reverse(digits.begin(), digits.begin() + static_cast<std::ptrdiff_t>(size));
  return keep({digits.data(), size});
}

std::span<char> ContainerView::FullValues::room() {
  return std::span(memory_).subspan(used_, std::min(kMaxValueBytes, memory_.size() - used_));
}

std::string_view ContainerView::FullValues::keep(std::string_view value) {
  // Without an escape a parameter is a view of the address itself.
  if (value.data() == memory_.data() + used_) used_ += value.size();
  return value;
}

}  // namespace etappe::rules

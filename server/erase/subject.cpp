#include "server/erase/subject.hpp"

#include <sodium.h>

#include <cstdio>

namespace etappe::erase {

std::string_view name_of(Kind kind) { return kind == Kind::visitor ? "visitor" : "person"; }

std::optional<Kind> kind_named(std::string_view name) {
  if (name == "visitor") return Kind::visitor;
  if (name == "person") return Kind::person;
  return std::nullopt;
}

std::string fingerprint(const Secret& secret, const Subject& subject) {
  // A zero between the parts: neither a site's id nor a kind's name holds one.
  std::string text(name_of(subject.kind));
  text.append(1, '\0').append(subject.site).append(1, '\0').append(subject.id);
  std::array<unsigned char, 16> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), secret.data(), secret.size());
  std::string hex(2 * hash.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  hex.pop_back();
  return hex;
}

std::string text_of(Time time) {
  using namespace std::chrono;
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

}  // namespace etappe::erase

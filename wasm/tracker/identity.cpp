#include "wasm/tracker/identity.hpp"

#include <algorithm>
#include <cstring>

#include "core/rules/features.hpp"

namespace etappe::tracker {

using rules::kFullRules;

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char kTextVersion = '1';

/// The digit's number, 64 for what is no digit.
std::uint32_t number_of(char digit) {
  std::uint32_t number = 0;
  while (number < kAlphabet.size() && kAlphabet[number] != digit) {
    ++number;
  }
  return number;
}

constexpr std::uint32_t kHashStart = 2166136261U;

/// FNV-1a, 32 bits: tells a handful of texts of one session apart, nothing else hangs on it. The page carries
/// it once.
[[gnu::noinline]] std::uint32_t hash_of(std::string_view text, std::uint32_t hash = kHashStart) {
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  return hash;
}

/// Never 0, which stands for none.
std::uint32_t mark_of(std::string_view text) { return hash_of(text) | 1U; }

/// The lowest first.
void put_digits(char* at, std::size_t digits, std::uint64_t number) {
  for (std::size_t i = 0; i < digits; ++i) {
    at[i] = kAlphabet[number & 63U];
    number >>= 6U;
  }
}

event::TimeMs read_time(const char* at) {
  std::uint64_t seconds = 0;
  for (std::size_t i = 6; i-- > 0;) {
    seconds = seconds << 6U | number_of(at[i]);
  }
  return event::TimeMs{std::chrono::seconds{seconds}};
}

std::uint64_t seconds_of(event::TimeMs time) {
  return static_cast<std::uint64_t>(time.time_since_epoch() / std::chrono::seconds{1});
}

bool is_digits(std::string_view text) {
  for (const char c : text) {
    if (number_of(c) == kAlphabet.size()) {
      return false;
    }
  }
  return true;
}

}  // namespace

void Identity::draw(std::size_t at, std::size_t digits) {
  std::array<std::uint8_t, 20> bytes{};
  host_.random(std::span(bytes).first(digits));
  for (std::size_t i = 0; i < digits; ++i) {
    text_[at + i] = kAlphabet[bytes[i] & 63U];
  }
}

void Identity::put_number(std::size_t at, std::size_t digits, std::uint64_t number) {
  put_digits(text_.data() + at, digits, number);
}

event::TimeMs Identity::time_at(std::size_t at) const { return read_time(text_.data() + at); }

void Identity::copy(std::string_view from, std::size_t to) {
  std::memcpy(text_.data() + to, from.data(), from.size());
}

std::string_view Identity::visitor() const {
  return part(kVisitorAt, size_ == 0 ? 0 : kSessionAt - kVisitorAt);
}
std::string_view Identity::session() const {
  return part(kSessionAt, size_ == 0 ? 0 : kCampaignAt - kSessionAt);
}

bool Identity::restore(std::string_view text, event::TimeMs now, consent::States& consent) {
  if (text.size() < kNotesAt || text.size() > kMaxText || (text.size() - kNotesAt) % kMarkDigits != 0 ||
      text[0] != kTextVersion || !is_digits(text)) {
    return false;
  }
  const consent::States stored = consent::unpack(number_of(text[kConsentAt]));
  if (!consent::may_use_device(stored) || now - read_time(text.data() + kCreatedAt) > kVisitorLifetime) {
    return false;
  }
  consent = stored;
  copy(text, 0);
  size_ = text.size();
  changed_ = false;
  return true;
}

void Identity::touch(event::TimeMs now, std::string_view campaign) {
  const std::uint64_t seconds = seconds_of(now);
  bool begins = false;
  if (size_ == 0 || now - time_at(kCreatedAt) > kVisitorLifetime) {
    text_[0] = kTextVersion;
    put_number(kCreatedAt, kTimeDigits, seconds);
    put_number(kLastSeenAt, kTimeDigits, seconds);
    draw(kVisitorAt, kSessionAt - kVisitorAt);
    size_ = kNotesAt;
    begins = true;
  }
  const std::uint32_t mark = campaign.empty() ? 0 : mark_of(campaign);
  put_number(kSpareAt, kMarkDigits, mark);
  const bool another_campaign = rules_.new_on_campaign && mark != 0 &&
                                !event::is_same(part(kSpareAt, kMarkDigits), part(kCampaignAt, kMarkDigits));
  if (begins || another_campaign || now - time_at(kLastSeenAt) > rules_.silence) {
    draw(kSessionAt, kCampaignAt - kSessionAt);
    put_number(kCampaignAt, kMarkDigits, mark);
    end_session_notes();
    changed_ = true;
  }
  // Calls that waited for the engine carry their own, earlier time.
  if (now >= time_at(kLastSeenAt) + std::chrono::seconds{1}) {
    put_number(kLastSeenAt, kTimeDigits, seconds);
    changed_ = true;
  }
}

void Identity::remember(event::TimeMs now, consent::States consent) {
  const char packed = kAlphabet[consent::pack(consent)];
  const auto left =
      kVisitorLifetime - std::chrono::duration_cast<std::chrono::seconds>(now - time_at(kCreatedAt));
  if (size_ == 0 || !consent::may_use_device(consent) || (!changed_ && text_[kConsentAt] == packed) ||
      left <= std::chrono::seconds{0}) {
    return;
  }
  text_[kConsentAt] = packed;
  changed_ = false;
  host_.remember(part(0, size_), left < kVisitorLifetime ? left : kVisitorLifetime);
}

void Identity::clear() { size_ = 0; }

void Identity::forget() {
  host_.forget(visitor());
  clear();
  std::memset(text_.data(), 0, text_.size());
}

std::size_t Identity::note_at(std::size_t at, std::size_t digits) const {
  while (at < size_ && !event::is_same(part(at, digits), part(kSpareAt, digits))) {
    at += kMarkDigits;
  }
  return at;
}

void Identity::remove_note(std::size_t at) {
  size_ -= kMarkDigits;
  std::memmove(text_.data() + at, text_.data() + at + kMarkDigits, size_ - at);
}

void Identity::add_note() {
  if (size_ == kMaxText) {
    remove_note(kNotesAt);
  }
  copy(part(kSpareAt, kMarkDigits), size_);
  size_ += kMarkDigits;
  changed_ = true;
}

// The lowest bit of a note's first digit tells a step (0) from a tag (1); of a tag the next one, which only
// the module for full containers asks, the session's (0) from the visitor's (1).

bool Identity::first_in_session(std::string_view tag_name) {
  return is_first(kFullRules ? mark_of(tag_name) & ~2U : mark_of(tag_name));
}

bool Identity::first_for_visitor(std::string_view tag_name) { return is_first(mark_of(tag_name) | 2U); }

void Identity::end_session_notes() {
  std::size_t kept = kNotesAt;
  if constexpr (kFullRules) {
    for (std::size_t at = kNotesAt; at < size_; at += kMarkDigits) {
      if ((number_of(text_[at]) & 3U) != 3U) {
        continue;
      }
      std::memmove(text_.data() + kept, text_.data() + at, kMarkDigits);
      kept += kMarkDigits;
    }
  }
  size_ = kept;
}

bool Identity::is_first(std::uint32_t mark) {
  put_number(kSpareAt, kMarkDigits, mark);
  const bool first = note_at(kNotesAt, kMarkDigits) == size_;
  if (first) {
    add_note();
  }
  return first;
}

bool Identity::enters_step(std::string_view funnel, std::string_view step) {
  put_number(kSpareAt, kFunnelDigits, hash_of(funnel) & ~1U);
  put_number(kSpareAt + kFunnelDigits, kMarkDigits - kFunnelDigits, hash_of(step));
  const std::size_t opening = note_at(kNotesAt, kFunnelDigits);
  const std::size_t seen = note_at(kNotesAt, kMarkDigits);
  if (seen != size_) {
    const bool alone = note_at(opening + kMarkDigits, kFunnelDigits) >= size_;
    if (seen != opening || alone) {
      return false;
    }
    for (std::size_t at = opening; at < size_; at = note_at(at, kFunnelDigits)) {
      remove_note(at);
    }
  }
  add_note();
  return true;
}

std::string_view Identity::link(event::TimeMs now, std::string_view target) {
  if (size_ == 0) {
    return {};
  }
  put_digits(link_.data(), kTimeDigits, seconds_of(now));
  std::copy_n(text_.begin() + kCreatedAt, kTimeDigits, link_.begin() + kTimeDigits);
  std::copy_n(text_.begin() + kVisitorAt, kNotesAt - kVisitorAt, link_.begin() + 2 * kTimeDigits);
  put_digits(link_.data() + kLinkText, kMarkDigits, hash_of(target, hash_of({link_.data(), kLinkText})));
  return {link_.data(), kLinkSize};
}

bool Identity::adopt(std::string_view link, event::TimeMs now, std::string_view target) {
  if (link.size() != kLinkSize || !is_digits(link)) {
    return false;
  }
  put_number(kSpareAt, kMarkDigits, hash_of(target, hash_of(link.substr(0, kLinkText))));
  const auto age = now - read_time(link.data());
  if (!event::is_same(link.substr(kLinkText), part(kSpareAt, kMarkDigits)) || age > kLinkLifetime ||
      age < -kLinkLifetime || now - read_time(link.data() + kTimeDigits) > kVisitorLifetime) {
    return false;
  }
  text_[0] = kTextVersion;
  copy(link.substr(0, kTimeDigits), kLastSeenAt);
  copy(link.substr(kTimeDigits, kTimeDigits), kCreatedAt);
  copy(link.substr(2 * kTimeDigits, kNotesAt - kVisitorAt), kVisitorAt);
  size_ = kNotesAt;
  changed_ = true;
  return true;
}

}  // namespace etappe::tracker

#include "wasm/tracker/identity.hpp"

namespace etappe::tracker {
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

/// FNV-1a, 32 bits: tells a handful of texts of one session apart, nothing else hangs on it. Never 0, which
/// stands for none.
std::uint32_t mark_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  return hash | 1U;
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
  for (std::size_t i = 0; i < digits; ++i) {
    text_[at + i] = kAlphabet[number & 63U];
    number >>= 6U;
  }
}

event::TimeMs Identity::time_at(std::size_t at) const {
  std::uint64_t seconds = 0;
  for (std::size_t i = kTimeDigits; i-- > 0;) {
    seconds = seconds << 6U | number_of(text_[at + i]);
  }
  return event::TimeMs{std::chrono::seconds{seconds}};
}

std::string_view Identity::visitor() const { return part(kVisitorAt, size_ == 0 ? 0 : kSessionAt - kVisitorAt); }
std::string_view Identity::session() const { return part(kSessionAt, size_ == 0 ? 0 : kCampaignAt - kSessionAt); }

bool Identity::restore(std::string_view text, event::TimeMs now, consent::States& consent) {
  if (text.size() < kFiredAt || text.size() > kMaxText || (text.size() - kFiredAt) % kMarkDigits != 0 ||
      text[0] != kTextVersion) {
    return false;
  }
  for (const char c : text) {
    if (number_of(c) == kAlphabet.size()) {
      return false;
    }
  }
  const consent::States stored = consent::unpack(number_of(text[kConsentAt]));
  Identity candidate(host_);
  for (std::size_t i = 0; i < text.size(); ++i) {
    candidate.text_[i] = text[i];
  }
  if (!consent::may_use_device(stored) || now - candidate.time_at(kCreatedAt) > kVisitorLifetime) {
    return false;
  }
  consent = stored;
  text_ = candidate.text_;
  size_ = text.size();
  changed_ = false;
  return true;
}

void Identity::touch(event::TimeMs now, std::string_view campaign) {
  const auto seconds = static_cast<std::uint64_t>(now.time_since_epoch() / std::chrono::seconds{1});
  bool begins = false;
  if (size_ == 0 || now - time_at(kCreatedAt) > kVisitorLifetime) {
    text_[0] = kTextVersion;
    put_number(kCreatedAt, kTimeDigits, seconds);
    put_number(kLastSeenAt, kTimeDigits, seconds);
    draw(kVisitorAt, kSessionAt - kVisitorAt);
    begins = true;
  }
  const std::uint32_t mark = campaign.empty() ? 0 : mark_of(campaign);
  put_number(kSpareAt, kMarkDigits, mark);
  const bool another_campaign = mark != 0 && part(kSpareAt, kMarkDigits) != part(kCampaignAt, kMarkDigits);
  if (begins || another_campaign || now - time_at(kLastSeenAt) > silence_) {
    draw(kSessionAt, kCampaignAt - kSessionAt);
    put_number(kCampaignAt, kMarkDigits, mark);
    size_ = kFiredAt;
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
  const auto left = kVisitorLifetime - std::chrono::duration_cast<std::chrono::seconds>(now - time_at(kCreatedAt));
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
  clear();
  text_.fill(0);
  host_.forget();
}

bool Identity::first_in_session(std::string_view tag_name) {
  put_number(kSpareAt, kMarkDigits, mark_of(tag_name));
  for (std::size_t at = kFiredAt; at < size_; at += kMarkDigits) {
    if (part(at, kMarkDigits) == part(kSpareAt, kMarkDigits)) {
      return false;
    }
  }
  if (size_ == kMaxText) {
    size_ -= kMarkDigits;
    for (std::size_t at = kFiredAt; at < size_; ++at) {
      text_[at] = text_[at + kMarkDigits];
    }
  }
  for (std::size_t i = 0; i < kMarkDigits; ++i) {
    text_[size_ + i] = text_[kSpareAt + i];
  }
  size_ += kMarkDigits;
  changed_ = true;
  return true;
}

}  // namespace etappe::tracker

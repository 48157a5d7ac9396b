#include "wasm/tracker/identity.hpp"

namespace etappe::tracker {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kNoCampaign = "-----";
// The device's text: "1" "." consent "." created "." visitor "." session "." last seen "." campaign marks…
// Times are whole seconds since 1970; every mark is five characters of the alphabet.
constexpr char kTextVersion = '1';
constexpr std::size_t kVisitorChars = 20;  // 120 random bits
constexpr std::size_t kSessionChars = 16;  //  96 random bits

template <std::size_t N>
void draw(Host& host, FixedText<N>& id) {
  std::array<std::uint8_t, N> bytes{};
  host.random(bytes);
  std::array<char, N> chars{};
  for (std::size_t i = 0; i < N; ++i) {
    chars[i] = kAlphabet[bytes[i] & 63U];
  }
  id.assign({chars.data(), N});
}

std::string_view next_part(std::string_view& rest) {
  const std::size_t dot = rest.find('.');
  const std::string_view part = rest.substr(0, dot);
  rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  return part;
}

bool read_seconds(std::string_view text, event::TimeMs& out) {
  if (text.empty() || text.size() > 11) {
    return false;
  }
  std::int64_t seconds = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      return false;
    }
    seconds = seconds * 10 + (c - '0');
  }
  out = event::TimeMs{std::chrono::seconds{seconds}};
  return true;
}

bool is_id(std::string_view text, std::size_t size) {
  return text.size() == size && text.find_first_not_of(kAlphabet) == std::string_view::npos;
}

/// Builds the device's text; everything in it has a known bound, so that it always fits.
class TextWriter {
 public:
  void add(std::string_view text) {
    for (const char c : text) {
      bytes_[size_++] = c;
    }
  }
  void add(char c) { bytes_[size_++] = c; }
  void add_seconds(event::TimeMs time) {
    auto seconds = static_cast<std::uint64_t>(time.time_since_epoch().count()) / 1000U;
    std::array<char, 20> digits{};
    std::size_t first = digits.size();
    do {
      digits[--first] = static_cast<char>('0' + seconds % 10U);
      seconds /= 10U;
    } while (seconds != 0);
    add({digits.data() + first, digits.size() - first});
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 256> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace

Identity::Mark Identity::mark_of(std::string_view text) {
  // FNV-1a, 32 bits: tells a handful of texts of one session apart, nothing else hangs on it.
  std::uint32_t hash = 2166136261U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  Mark mark{};
  for (char& c : mark) {
    c = kAlphabet[hash & 63U];
    hash >>= 6U;
  }
  return mark;
}

bool Identity::restore(std::string_view text, event::TimeMs now, consent::States& consent) {
  std::string_view rest = text;
  const std::string_view version = next_part(rest);
  const std::string_view states = next_part(rest);
  event::TimeMs created{};
  const bool created_ok = read_seconds(next_part(rest), created);
  const std::string_view visitor = next_part(rest);
  const std::string_view session = next_part(rest);
  event::TimeMs last_seen{};
  const bool last_seen_ok = read_seconds(next_part(rest), last_seen);
  if (version.size() != 1 || version[0] != kTextVersion || states.size() != 1 || !created_ok || !last_seen_ok ||
      !is_id(visitor, kVisitorChars) || !is_id(session, kSessionChars) || rest.size() % kMarkBytes != 0 ||
      rest.empty() || rest.size() > kMarkBytes * (1 + kMaxFired) || now - created > kVisitorLifetime) {
    return false;
  }
  const consent::States stored = consent::unpack(kAlphabet.find(states[0]));
  if (!consent::may_use_device(stored)) {
    return false;
  }
  consent = stored;
  written_consent_ = stored;
  changed_ = false;
  visitor_.assign(visitor);
  session_.assign(session);
  created_ = created;
  last_seen_ = last_seen;
  const auto take_mark = [&rest](Mark& mark) {
    for (std::size_t i = 0; i < kMarkBytes; ++i) {
      mark[i] = rest[i];
    }
    rest.remove_prefix(kMarkBytes);
  };
  take_mark(campaign_);
  for (fired_count_ = 0; !rest.empty(); ++fired_count_) {
    take_mark(fired_[fired_count_]);
  }
  return true;
}

void Identity::draw_session() {
  draw(host_, session_);
  fired_count_ = 0;
}

void Identity::touch(event::TimeMs now, std::string_view campaign) {
  if (visitor_.empty() || now - created_ > kVisitorLifetime) {
    draw(host_, visitor_);
    created_ = now;
    session_.clear();
  }
  const Mark arrived = campaign.empty() ? campaign_ : mark_of(campaign);
  if (session_.empty() || now - last_seen_ > silence_ || arrived != campaign_) {
    draw_session();
    if (campaign.empty()) {
      for (std::size_t i = 0; i < kMarkBytes; ++i) {
        campaign_[i] = kNoCampaign[i];
      }
    } else {
      campaign_ = arrived;
    }
  }
  // Calls that waited for the engine carry their own, earlier time.
  last_seen_ = now > last_seen_ ? now : last_seen_;
  changed_ = true;
}

void Identity::remember(event::TimeMs now, consent::States consent) {
  if (visitor_.empty() || !consent::may_use_device(consent) || (!changed_ && consent == written_consent_)) {
    return;
  }
  const auto left = kVisitorLifetime - std::chrono::duration_cast<std::chrono::seconds>(now - created_);
  if (left <= std::chrono::seconds{0}) {
    return;
  }
  TextWriter text;
  text.add(kTextVersion);
  text.add('.');
  text.add(kAlphabet[consent::pack(consent)]);
  text.add('.');
  text.add_seconds(created_);
  text.add('.');
  text.add(visitor_.view());
  text.add('.');
  text.add(session_.view());
  text.add('.');
  text.add_seconds(last_seen_);
  text.add('.');
  text.add({campaign_.data(), kMarkBytes});
  for (std::size_t i = 0; i < fired_count_; ++i) {
    text.add({fired_[i].data(), kMarkBytes});
  }
  changed_ = false;
  written_consent_ = consent;
  host_.remember(text.view(), left < kVisitorLifetime ? left : kVisitorLifetime);
}

void Identity::clear() {
  visitor_.clear();
  session_.clear();
  fired_count_ = 0;
}

void Identity::forget() {
  clear();
  host_.forget();
}

bool Identity::first_in_session(std::string_view tag_name) {
  const Mark mark = mark_of(tag_name);
  for (std::size_t i = 0; i < fired_count_; ++i) {
    if (fired_[i] == mark) {
      return false;
    }
  }
  if (fired_count_ == kMaxFired) {
    for (std::size_t i = 1; i < kMaxFired; ++i) {
      fired_[i - 1] = fired_[i];
    }
    --fired_count_;
  }
  fired_[fired_count_++] = mark;
  changed_ = true;
  return true;
}

}  // namespace etappe::tracker

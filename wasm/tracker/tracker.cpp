#include "wasm/tracker/tracker.hpp"

#include <algorithm>

#include "core/campaign/campaign.hpp"
#include "core/rules/features.hpp"
#include "core/url/url.hpp"

namespace etappe::tracker {

using rules::kFullRules;

namespace {

Urgency urgency_of(event::Type type) {
  return type == event::Type::click || type == event::Type::conversion ? Urgency::next_task : Urgency::soon;
}

/// What tells one arrival from another: the query and fragment of an address that announces a campaign.
/// Loading the same address again is not a new arrival.
std::string_view campaign_mark(std::string_view url) {
  const url::UrlView parts = url::split_trusted(url);
  const auto path_end = static_cast<std::size_t>(parts.path.data() + parts.path.size() - url.data());
  return campaign::announces_campaign(parts) ? url.substr(path_end) : std::string_view{};
}

}  // namespace

std::uint32_t read_count(std::string_view text) {
  if (text.size() > 9) {
    return 0;
  }
  std::uint32_t count = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') {
      return 0;
    }
    count = count * 10 + static_cast<std::uint32_t>(c - '0');
  }
  return count;
}

/// The facts of one call, as the rules read them.
class Tracker::PageFacts final : public rules::Facts {
 public:
  PageFacts(Tracker& tracker, const CallView& call)
      : tracker_(tracker), container_(tracker.container_), call_(call) {}

  [[nodiscard]] std::string_view data_layer(std::string_view path) const override {
    for (std::size_t i = 0; i < call_.data_layer.size(); ++i) {
      if (event::is_same(container_.path(i), path)) {
        return call_.data_layer[i];
      }
    }
    return {};
  }
  [[nodiscard]] std::string_view event_property(std::string_view key) const override {
    for (const event::PropView& prop : call_.event.props) {
      if (event::is_same(prop.key, key)) {
        return prop.value;
      }
    }
    return {};
  }
  [[nodiscard]] std::string_view of_page(rules::layout::VariableType type, unsigned part,
                                         std::string_view name, std::span<char> room) const override {
    if (!kFullRules || tracker_.tags_ == nullptr) {
      return {};
    }
    return {room.data(), tracker_.tags_->look(type, part, name, room)};
  }
  [[nodiscard]] bool element_matches(std::string_view selector) const override {
    return kFullRules && tracker_.tags_ != nullptr && tracker_.tags_->element_matches(selector);
  }
  [[nodiscard]] std::uint32_t random() const override {
    std::array<std::uint8_t, 4> bytes{};
    if constexpr (kFullRules) {
      tracker_.host_.random(bytes);
    }
    std::uint32_t number = bytes[0] & 0x7FU;
    for (const std::uint8_t byte : std::span(bytes).subspan<1>()) {
      number = number << 8U | byte;
    }
    return number;
  }

 private:
  Tracker& tracker_;
  const rules::ContainerView& container_;
  const CallView& call_;
};

/// Turns the tags that fire into conversions and steps.
class Tracker::Firings final : public rules::Outcome {
 public:
  Firings(Tracker& tracker, event::TimeMs now, bool held_only)
      : tracker_(tracker), now_(now), held_only_(held_only) {}

  void fired(rules::FiringView& firing) override {
    OnPage& on_page = tracker_.on_page_[firing.tag_index];
    event::EventView& event = firing.event;
    if (held_only_ && !on_page.held) {
      return;
    }
    on_page.held = false;
    tracker_.identity_.touch(now_, {});  // a new session has its own "once"
    if (firing.repeat == rules::Repeat::once_per_page && on_page.fired) {
      return;
    }
    if (firing.repeat == rules::Repeat::once_per_session && !tracker_.identity_.first_in_session(event.tag)) {
      return;
    }
    if constexpr (kFullRules) {
      if (firing.repeat == rules::Repeat::once_per_visitor &&
          !tracker_.identity_.first_for_visitor(event.tag)) {
        return;
      }
    }
    on_page.fired = true;
    if constexpr (kFullRules) {
      if (firing.kind == rules::Kind::image) {
        return request(firing);
      }
      if (firing.kind == rules::Kind::server) {
        event.type = event::Type::tag;
        return record_with(firing);
      }
    }
    event.quantity = read_count(firing.quantity);
    if (event.type == event::Type::step) {
      event.funnel = beginning(event.funnel, event::kMaxNameBytes);
      event.step = beginning(event.step, event::kMaxNameBytes);
      // The collector refuses a step without its funnel or name.
      if (event.funnel.empty() || event.step.empty() ||
          !tracker_.identity_.enters_step(event.funnel, event.step)) {
        return;
      }
    }
    tracker_.record(now_, event);
  }

  void held(const rules::HeldView& held) override {
    if constexpr (kFullRules) {
      if (held.reason != rules::Reason::consent || held.skip) {
        return;
      }
      if (tracker_.container_.is_full() && tracker_.tags_ != nullptr) {
        tracker_.tags_->hold(held.tag_index, tracker_.what_);
        return;
      }
    }
    tracker_.on_page_[held.tag_index].held = true;
  }

 private:
  void request(const rules::FiringView& firing) {
    if (tracker_.tags_ != nullptr && !firing.parameters.empty()) {
      tracker_.tags_->request(firing.parameters[0].value);
    }
  }
  /// What the template asks for travels as properties.
  void record_with(rules::FiringView& firing) {
    std::array<event::PropView, event::kMaxProps> props{};
    std::size_t count = 0;
    for (const auto& [key, value] : firing.parameters) {
      props[count++] = {.key = key, .value = beginning(value, event::kMaxPropBytes)};
    }
    firing.event.quantity = read_count(firing.quantity);
    firing.event.props = std::span(props).first(count);
    tracker_.record(now_, firing.event);
  }

  Tracker& tracker_;
  event::TimeMs now_;
  bool held_only_;
};

void Tracker::open(const SettingsView& settings) {
  policy_ = settings.policy;
  redact_rules_ = settings.redact;
  identity_.set_rules(settings.session);
  outbox_.open(settings.site, settings.container_version);
}

std::string_view Tracker::data_layer_path(std::size_t index) const { return container_.path(index); }

void Tracker::device(event::TimeMs now, std::string_view text) {
  if (text.empty()) {
    // Whoever withdrew has told the collector; a cookie that was cleared by hand is no wish to erase.
    consent_ = announced_ = {consent::State::denied, consent_.marketing};
    leave_device(consent_);
  } else if (identity_.restore(text, now, consent_)) {
    announced_ = consent_;
  } else {
    // Not readable, so it is nobody's consent either.
    host_.forget({});
  }
}

bool Tracker::records() const {
  return consent::tracker_verdict(policy_, consent_) >= consent::Verdict::count;
}

void Tracker::page(event::TimeMs now, CallView& call) {
  const std::string_view url = redact::redact_url(call.event.url, redact_rules_, redacted_);
  if (page_counted_ && event::is_same(url, url_.view()) && now - viewed_at_ < kSameView) {
    drops_.add(Drop::repeated, 1);
    return;
  }
  url_.assign(url);
  referrer_.assign(redact::redact_url(call.event.referrer, redact_rules_, redacted_));
  title_.assign(redact::redact_text(call.event.title, redacted_));
  page_known_ = true;
  page_counted_ = false;
  on_page_ = {};
  if constexpr (kFullRules) {
    seen_.reset();
  }
  if (records()) {
    redact(call);
    record_view(now, call);
  }
}

void Tracker::record_view(event::TimeMs now, const CallView& call) {
  page_counted_ = true;
  viewed_at_ = now;
  identity_.touch(now, campaign_mark(url_.view()));
  if constexpr (kFullRules) {
    if (!begun_) {
      begun_ = true;
      run_rules(now, {.occasion = rules::Occasion::init}, call, false);
    }
  }
  event::EventView view;
  view.type = event::Type::view;
  view.referrer = referrer_.view();
  view.title = title_.view();
  view.props = call.event.props;
  record(now, view);
  run_rules(now, {}, call, false);
  identity_.remember(now, consent_);
}

void Tracker::track(event::TimeMs now, CallView& call) {
  const bool is_personal = call.event.type == event::Type::identify;
  if (!records() || (is_personal && !consent::may_link(consent_))) {
    drops_.add(Drop::consent, 1);
    return;
  }
  identity_.touch(now, {});
  if (call.event.type == event::Type::step && !identity_.enters_step(call.event.funnel, call.event.step)) {
    return;
  }
  redact(call);
  record(now, call.event);
  if (call.event.type == event::Type::event) {
    run_rules(now, {.occasion = rules::Occasion::event}, call, false);
  }
  identity_.remember(now, consent_);
}

std::uint32_t Tracker::push(event::TimeMs now, CallView& call) {
  if (!records()) {
    drops_.add(Drop::consent, 1);
    return 0;
  }
  const std::uint32_t before = recorded_;
  run_rules(now, {.occasion = rules::Occasion::event}, call, false);
  identity_.remember(now, consent_);
  return recorded_ - before;
}

void Tracker::trigger(event::TimeMs now, const TriggerView& what, CallView& call) {
  if (!records()) {
    return;
  }
  run_rules(now, what, call, false);
  identity_.remember(now, consent_);
}

void Tracker::fire(event::TimeMs now, std::uint32_t tag, const TriggerView& what, CallView& call) {
  if (!records()) {
    return;
  }
  with_rules(now, what, call, false, [&](const rules::Happening& happening, rules::Outcome& outcome) {
    container_.fire(tag, happening, outcome);
  });
  identity_.remember(now, consent_);
}

void Tracker::permit(consent::States decision) { consent_ = consent::decided(consent_, decision); }

void Tracker::decide(event::TimeMs now, consent::States decision, CallView& call) {
  const consent::States before = consent_;
  permit(decision);
  if (!consent::may_use_device(consent_)) {
    if (consent_.analytics == consent::State::denied) {
      leave_device(before);
    }
    announced_ = consent_;
    return;
  }
  if (page_known_ && !page_counted_) {
    record_view(now, call);
  }
  if (consent_ == announced_) {
    return;
  }
  announced_ = consent_;
  identity_.touch(now, {});
  event::EventView decided;
  decided.type = event::Type::consent;
  decided.name = call.event.name;
  decided.props = call.props;
  record(now, decided);
  if (container_.is_full() && tags_ != nullptr) {
    run_rules(now, {.occasion = rules::Occasion::consent}, call, false);
    tags_->release();
  } else {
    run_rules(now, {}, call, true);
  }
  identity_.remember(now, consent_);
}

std::string_view Tracker::link(event::TimeMs now, std::string_view target) {
  return consent::may_link(consent_) ? identity_.link(now, target) : std::string_view{};
}

bool Tracker::adopt(event::TimeMs now, std::string_view link, std::string_view target) {
  return identity_.adopt(link, now, target);
}

void Tracker::leave_device(consent::States before) {
  outbox_.clear();
  if (!consent::may_link(before)) {
    identity_.clear();  // ids that nobody has seen are nobody's to forget
  }
  identity_.forget();
  // A later grant is another visitor's: it counts the page again.
  page_counted_ = false;
}

void Tracker::reset(event::TimeMs now) {
  identity_.clear();
  if (consent::may_use_device(consent_)) {
    identity_.touch(now, {});
    identity_.remember(now, consent_);
  }
}

bool Tracker::has_allowance(event::TimeMs now) {
  const auto refills = (now - refilled_at_) / kRefill;
  if (refills > 0) {
    allowance_ = static_cast<std::uint32_t>(std::min<std::int64_t>(allowance_ + refills, kBurst));
    refilled_at_ = now;
  }
  if (allowance_ == 0) {
    drops_.add(Drop::too_many, 1);
    return false;
  }
  --allowance_;
  return true;
}

void Tracker::record(event::TimeMs now, event::EventView& event) {
  if (!has_allowance(now)) {
    return;
  }
  ++recorded_;
  event.time = now;
  event.consent = consent_;
  event.url = url_.view();
  if (!event.value.empty() && !event::is_decimal(event.value)) {
    // The collector would refuse the conversion for it, and a conversion without its value beats none.
    drops_.add(Drop::bad_value, 1);
    event.value = {};
  }
  if (consent::may_link(consent_)) {
    event.visitor = identity_.visitor();
    event.session = identity_.session();
  }
  outbox_.add(event, now, urgency_of(event.type));
}

void Tracker::redact(CallView& call) {
  char* at = redacted_.data();
  const auto room = [&] { return std::span(at, redacted_.data() + redacted_.size()); };
  const auto keep = [&at](std::string_view& text, std::string_view redacted) {
    text = redacted;
    if (redacted.data() == at) {
      at += redacted.size();
    }
  };
  keep(call.event.name, redact::redact_text(call.event.name, room()));
  for (event::PropView& prop : call.props) {
    keep(prop.value, redact::redact_value(prop.key, prop.value, redact_rules_, room()));
  }
  for (event::ItemView& item : call.items) {
    keep(item.name, redact::redact_text(item.name, room()));
  }
  call.event.props = call.props;
  call.event.items = call.items;
}

template <class Work>
void Tracker::with_rules(event::TimeMs now, const TriggerView& what, const CallView& call, bool held_only,
                         Work work) {
  const PageFacts facts(*this, call);
  Firings firings(*this, now, held_only);
  rules::Happening happening{.occasion = what.occasion,
                             .event_name = call.event.name,
                             .page_url = url_.view(),
                             .consent = consent_,
                             .facts = &facts};
  if constexpr (kFullRules) {
    const rules::Surroundings around{
        .referrer = referrer_.view(),
        .trigger = what.trigger,
        .prevented = what.prevented,
        .visitor = consent::may_link(consent_) ? identity_.visitor() : std::string_view{},
        .now = now,
        .seen = &seen_};
    happening.around = &around;
    what_ = what;
    return work(happening, firings);
  }
  work(happening, firings);
}

void Tracker::run_rules(event::TimeMs now, const TriggerView& what, const CallView& call, bool held_only) {
  with_rules(now, what, call, held_only, [this](const rules::Happening& happening, rules::Outcome& outcome) {
    container_.run(happening, outcome);
  });
}

void Tracker::tick(event::TimeMs now) { outbox_.tick(now); }
void Tracker::flush(event::TimeMs now, Network network) {
  outbox_.flush(now, network, consent::may_use_device(consent_) ? Keeping::allowed : Keeping::forbidden);
}
bool Tracker::restore(event::TimeMs now, std::span<const std::byte> batch) {
  return consent::may_use_device(consent_) && outbox_.restore(batch, now);
}
bool Tracker::ack(Slot slot, Answer answer, event::TimeMs now) { return outbox_.ack(slot, answer, now); }

}  // namespace etappe::tracker

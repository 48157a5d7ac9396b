#pragma once
// The tracker: every decision that is taken in the page, for one page load.
//
//   call → consent gate → identity → redaction → event → outbox → Host::send
//                              └→ rules → conversions ↗
//
// It learns what happened from calls and does things through its Host. It never allocates, has no clock and
// no globals; one object belongs to one thread. Times are the page's clock at the moment something happened.
// Under the policy `cookieless` ids and session live in this object only, until a grant: no event carries
// them. What it does not do: DOM, storage, timers, network (wasm/loader), channels (the collector).

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/consent/consent.hpp"
#include "core/event/event.hpp"
#include "core/redact/redact.hpp"
#include "core/rules/rules.hpp"
#include "wasm/tracker/fixed_text.hpp"
#include "wasm/tracker/host.hpp"
#include "wasm/tracker/identity.hpp"
#include "wasm/tracker/outbox.hpp"

namespace etappe::tracker {

/// What a page may record: so many events at once, and one more each kRefill from then on. Nobody clicks that
/// much; a page that loops does.
inline constexpr std::uint32_t kBurst = 1'000;
inline constexpr std::chrono::milliseconds kRefill{50};
/// Memory for the texts of one event that redaction changes. What does not fit is left out.
inline constexpr std::size_t kRedactedBytes = 8192;
/// The same address within this time is one view: frameworks run effects twice, and report what was seen
/// already.
inline constexpr std::chrono::milliseconds kSameView{1'000};

/// What the publisher wrote into the site's file.
struct SettingsView {
  std::string_view site;
  consent::Policy policy = consent::Policy::block;
  SessionRules session = {};
  std::uint64_t container_version = 0;
  redact::RulesView redact = {};  ///< its text must outlive the tracker
};

/// What the loader hands over with a call. Views live for the call only.
struct CallView {
  /// Without id, time, consent, visitor and session, which are the tracker's to fill; and without the two
  /// lists below. `url` and the rest of the page are read from a view only.
  event::EventView event;
  /// The event's lists, in memory that redaction may change.
  std::span<event::PropView> props;
  std::span<event::ItemView> items;
  /// Values of the container's data layer paths, in the order of the container.
  std::span<const std::string_view> data_layer;
};

/// A whole number of at most nine digits; 0 for anything else, which stands for "not said".
[[nodiscard]] std::uint32_t read_count(std::string_view text);

class Tracker final {
 public:
  /// Constant-initialised, so that a module needs no code for it. open() comes first.
  /// `tags` is what full containers need; without it they find nothing on the page.
  explicit constexpr Tracker(Host& host, TagHost* tags = nullptr)
      : host_(host), identity_(host), outbox_(host, drops_) {
    if constexpr (rules::kFullRules) tags_ = tags;
  }
  void open(const SettingsView& settings);

  /// The site's compiled container, as the publisher has checked it; `bytes` must outlive the tracker.
  /// Without one no tag fires.
  void load_container(std::span<const std::byte> bytes) { container_ = rules::ContainerView::trusted(bytes); }
  [[nodiscard]] std::string_view data_layer_path(std::size_t index) const;

  /// What the device holds, at start and whenever another page of this site has changed it. Empty text says
  /// that what was there is gone: consent was withdrawn elsewhere.
  void device(event::TimeMs now, std::string_view text);
  /// A page is shown: at start, on a restore from the back/forward cache, on a virtual page view.
  void page(event::TimeMs now, CallView& call);
  /// Anything else that happened on the page. A step is recorded once per pass through its funnel.
  void track(event::TimeMs now, CallView& call);
  /// An `{event: name}` of the data layer. It fires rules and is not recorded itself. Returns how many
  /// conversions and steps came of it.
  std::uint32_t push(event::TimeMs now, CallView& call);
  /// Full: something else that sets rules off and is not recorded itself: a click, a timer, a decision.
  void trigger(event::TimeMs now, const TriggerView& what, CallView& call);
  /// Full: a tag that TagHost::hold() was told of, with the call of then.
  void fire(event::TimeMs now, std::uint32_t tag, const TriggerView& what, CallView& call);
  /// What a decision allows holds from now on, but it is not an event yet: decide() follows behind what
  /// waited for the grant.
  void permit(consent::States decision);
  /// What the visitor decided; `undetermined` leaves a purpose as it is. A denial of analytics empties memory
  /// and device. The event's name says by which way the decision came, its properties by which version of the
  /// banner.
  void decide(event::TimeMs now, consent::States decision, CallView& call);
  /// A new visitor and session from the next event on; consent stays.
  void reset(event::TimeMs now);

  /// The end of an address of `target`, another domain of this site, that lets it go on with this visit;
  /// empty without a grant. `adopt` is the other side: it holds what the address brought until analytics is
  /// granted here, and then goes on as that visitor.
  [[nodiscard]] std::string_view link(event::TimeMs now, std::string_view target);
  [[nodiscard]] bool adopt(event::TimeMs now, std::string_view link, std::string_view target);

  void tick(event::TimeMs now);
  void flush(event::TimeMs now, Network network);
  [[nodiscard]] bool restore(event::TimeMs now, std::span<const std::byte> batch);
  [[nodiscard]] bool ack(Slot slot, Answer answer, event::TimeMs now);

  [[nodiscard]] consent::States consent() const { return consent_; }
  [[nodiscard]] DropCounts& drops() { return drops_; }

 private:
  class PageFacts;
  class Firings;
  /// What became of a tag since the page was shown.
  struct OnPage {
    bool fired = false;
    bool held = false;
  };

  /// Whether what happens now is recorded, with or without ids.
  [[nodiscard]] bool records() const;
  [[nodiscard]] bool has_allowance(event::TimeMs now);
  void record(event::TimeMs now, event::EventView& event);
  /// Takes out what must not leave the page, and puts the event's lists into it. Its texts then live until
  /// the next call.
  void redact(CallView& call);
  void record_view(event::TimeMs now, const CallView& call);
  void run_rules(event::TimeMs now, const TriggerView& what, const CallView& call, bool held_only);
  template <class Work>
  void with_rules(event::TimeMs now, const TriggerView& what, const CallView& call, bool held_only,
                  Work work);
  void leave_device(consent::States before);

  // Small things first: an address near the beginning is a short one in the module's code.
  Host& host_;
  ETAPPE_FULL_MEMBER TagHost* tags_ = nullptr;
  DropCounts drops_;
  Identity identity_;
  consent::Policy policy_ = consent::Policy::block;
  consent::States consent_;
  consent::States announced_;  ///< as the last consent event said it
  rules::ContainerView container_;
  redact::RulesView redact_rules_;
  bool page_known_ = false;
  bool page_counted_ = false;
  std::uint32_t recorded_ = 0;
  std::uint32_t allowance_ = kBurst;
  event::TimeMs viewed_at_{};
  event::TimeMs refilled_at_{};
  std::array<OnPage, rules::kMaxTags> on_page_{};
  Outbox outbox_;
  FixedText<event::kMaxTitleBytes> title_;
  FixedText<event::kMaxUrlBytes> url_;
  FixedText<event::kMaxUrlBytes> referrer_;
  std::array<char, kRedactedBytes> redacted_{};
  // Full.
  ETAPPE_FULL_MEMBER rules::TriggerSet seen_;  ///< set off since the page was shown
  ETAPPE_FULL_MEMBER bool begun_ = false;      ///< `init` has happened
  ETAPPE_FULL_MEMBER TriggerView what_;        ///< that sets rules off right now
};

}  // namespace etappe::tracker

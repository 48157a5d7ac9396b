// Any bytes as a compiled container: what opens can be run on anything.
#include <algorithm>

#include "core/rules/rules.hpp"
#include "tests/fuzz/core/touch.hpp"

using namespace etappe;

namespace {

class Echo final : public rules::Facts {
 public:
  [[nodiscard]] std::string_view data_layer(std::string_view path) const override { return path; }
  [[nodiscard]] std::string_view event_property(std::string_view key) const override { return key; }
  [[nodiscard]] std::string_view of_page(rules::layout::VariableType, unsigned, std::string_view name,
                                         std::span<char> room) const override {
    const std::size_t size = std::min(name.size(), room.size());
    std::copy_n(name.begin(), size, room.begin());
    return {room.data(), size};
  }
  [[nodiscard]] bool element_matches(std::string_view selector) const override {
    return selector.size() % 2 == 0;
  }
};

class Touching final : public rules::Outcome {
 public:
  std::size_t decided = 0;
  void fired(rules::FiringView& firing) override {
    const event::EventView& event = firing.event;
    for (const std::string_view text : {event.tag, event.name, event.value, event.currency, firing.quantity,
                                        event.order_id, event.funnel, event.step}) {
      fuzz::touch(text);
    }
    fuzz::require(event.name.empty() ==
                  (firing.kind == rules::Kind::step || firing.kind == rules::Kind::image));
    for (const auto& [key, value] : firing.parameters) {
      fuzz::touch(key);
      fuzz::touch(value);
    }
    ++decided;
  }
  void held(const rules::HeldView& held) override {
    fuzz::touch(held.tag_name);
    ++decided;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto container = rules::ContainerView::open(std::as_bytes(std::span(data, size)));
  if (!container) return 0;
  for (std::size_t index = 0; index < container->path_count(); ++index) fuzz::touch(container->path(index));
  const Echo echo;
  constexpr consent::States kGranted{consent::State::granted, consent::State::granted};
  fuzz::touch(container->listening());
  rules::TriggerSet seen;
  const rules::Surroundings around{
      .referrer = "https://b.example:8/c.d?order=1", .visitor = "v", .seen = &seen};
  for (std::size_t index = 0; index + 1 < rules::kOccasions; ++index) {
    const auto occasion = static_cast<rules::Occasion>(index);
    for (const consent::States consent : {consent::States{}, kGranted}) {
      Touching outcome;
      container->run({.occasion = occasion,
                      .event_name = "purchase",
                      .page_url = "https://a.example/danke?order=A%2D1&q=%C3%A4#x",
                      .consent = consent,
                      .facts = &echo,
                      .around = &around},
                     outcome);
      // Set-up and clean-up tags come with every tag that they belong to, in chains of kMaxChain.
      constexpr std::size_t kMostOfOne = (std::size_t{1} << rules::kMaxChain) - 1;
      fuzz::require(outcome.decided <= container->tag_count() * kMostOfOne);
    }
  }
  return 0;
}

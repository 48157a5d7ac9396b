// Tags of the author's form: options, and parameters by template.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "server/container/author_reader.hpp"

namespace etappe::container {

using event::kMaxNameBytes;
using nlohmann::json;
using namespace rules::layout;
using rules::Kind;

namespace {

constexpr std::string_view kConversion = "etappe-conversion";
constexpr std::string_view kStep = "etappe-step";
constexpr std::string_view kImage = "image-pixel";

bool is_currency(std::string_view text) {
  return text.size() == 3 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_quantity(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

bool is_order_id(std::string_view text) { return text.size() <= event::kMaxIdBytes; }

/// What stands in the container can be checked here; what the page supplies is checked event by event.
void check_literals(ObjectReader& object, const Tag& tag) {
  const auto check = [&](const Parameter& parameter, std::string_view key, bool (*good)(std::string_view),
                         std::string_view advice) {
    if (parameter.kind == Parameter::Kind::literal && !good(parameter.text)) {
      object.error(key, "is " + in_quotes(parameter.text) + "; write " + std::string(advice));
    }
  };
  check(tag.value, "value", event::is_decimal, "an amount such as \"129.90\"");
  check(tag.currency, "currency", is_currency, "three capitals such as \"EUR\"");
  check(tag.quantity, "quantity", is_quantity, "a whole number such as \"1\"");
  check(tag.order_id, "order_id", is_order_id, "at most 64 bytes");
}

/// "https://host/": a browser must not be led elsewhere by what a page says.
bool has_literal_host(const Parameter& address) {
  const std::string& first =
      address.kind == Parameter::Kind::joined ? address.pieces.front().text : address.text;
  const bool is_literal =
      address.kind == Parameter::Kind::literal ||
      (address.kind == Parameter::Kind::joined && address.pieces.front().kind == Parameter::Kind::literal);
  constexpr std::string_view kScheme = "https://";
  if (!is_literal || !first.starts_with(kScheme)) return false;
  const std::string_view rest = std::string_view(first).substr(kScheme.size());
  const std::size_t end = rest.find_first_of("/?#");
  const std::string_view host = rest.substr(0, end);
  const bool plain = std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':';
  });
  return end != std::string_view::npos && plain && host.find('.') != std::string_view::npos;
}

}  // namespace

void AuthorReader::read_tag(const json& value, std::size_t index) {
  Tag tag;
  ObjectReader object = begin(value, index, "tag", tag, author_.tags);
  tag.template_name = object.required_text("template", kMaxNameBytes);
  const auto other = templates_ == nullptr ? std::nullopt : templates_->find(tag.template_name);
  bool known = true;
  if (tag.template_name == kConversion || tag.template_name == kStep) {
    tag.kind = tag.template_name == kStep ? Kind::step : Kind::conversion;
  } else if (tag.template_name == kImage) {
    tag.kind = Kind::image;
    tag.consent = kNeedsAnalytics | kNeedsMarketing;
  } else if (other) {
    tag.kind = other->kind;
    tag.consent = kNeedsAnalytics | (other->marketing ? kNeedsMarketing : 0);
    tag.repeat = other->repeat;
  } else {
    known = false;
    if (!tag.template_name.empty()) {
      std::string message =
          "is " + in_quotes(tag.template_name) + "; write one of etappe-conversion, etappe-step, image-pixel";
      if (templates_ != nullptr) {
        for (const std::string& id : templates_->ids()) message += ", " + id;
      }
      object.error("template", std::move(message));
    }
  }
  object.require("triggers");
  tag.triggers = object.texts("triggers", kMaxNameBytes);
  tag.exceptions = object.texts("exceptions", kMaxNameBytes);
  read_consent(object, tag);
  read_options(object, tag);
  object.require("parameters");
  if (const json* parameters = object.find("parameters"); parameters != nullptr && known) {
    read_parameters(*parameters, object.at("parameters"), tag);
  }
  object.done();
  author_.tags.push_back(std::move(tag));
}

void AuthorReader::read_consent(ObjectReader& object, Tag& tag) {
  const json* given = object.find("consent");
  if (given == nullptr) return;
  tag.consent = 0;
  for (const std::string& purpose : object.texts("consent", kMaxNameBytes)) {
    if (purpose == "analytics") {
      tag.consent |= kNeedsAnalytics;
    } else if (purpose == "marketing") {
      tag.consent |= kNeedsMarketing;
    } else {
      object.error("consent", "names the purpose " + in_quotes(purpose) + "; write analytics or marketing");
    }
  }
  if (given->is_array() && (tag.consent & kNeedsAnalytics) == 0) {
    const std::string what = tag.kind == Kind::step         ? "step"
                             : tag.kind == Kind::conversion ? "conversion"
                                                            : "firing";
    object.error("consent", "lacks analytics, under which a " + what + " is recorded; add it");
  }
}

void AuthorReader::read_options(ObjectReader& object, Tag& tag) {
  if (tag.kind != Kind::step) {
    if (const auto repeat = object.choice(
            "repeat", {"every_time", "once_per_page", "once_per_session", "once_per_visitor"})) {
      tag.repeat = static_cast<rules::Repeat>(*repeat);
    }
  }
  tag.paused = object.flag("paused");
  tag.priority = object.number("priority", -1'000'000, 1'000'000).value_or(0);
  tag.setup = object.any_text("setup", kMaxNameBytes);
  tag.cleanup = object.any_text("cleanup", kMaxNameBytes);
  if (object.flag("setup_must_fire")) tag.flags |= more_of_tag::kSetupMustFire;
  if (object.flag("only_after_firing")) tag.flags |= more_of_tag::kOnlyAfterFiring;
  if (object.choice("without_consent", {"wait", "skip"}).value_or(0) == 1)
    tag.flags |= more_of_tag::kSkipWithoutConsent;
  tag.from = object.time("from");
  tag.until = object.time("until");
  if (tag.from != 0 && tag.until != 0 && tag.until <= tag.from) {
    object.error("until", "is not behind \"from\", so that the tag would never fire; exchange them");
  }
  if (const json* share = object.find("share"); share != nullptr) {
    const double part = share->is_number() ? share->get<double>() : 0;
    const double places = std::round(part * more_of_tag::kWholeShare);
    if (places >= 1 && places <= more_of_tag::kWholeShare) {
      tag.share = static_cast<std::uint32_t>(places);
    } else {
      object.error("share", "is " + share->dump(-1, ' ', false, json::error_handler_t::replace) +
                                "; write a number from 0.0001 to 1, the part of the visitors");
    }
  }
}

void AuthorReader::read_parameters(const json& value, std::string place, Tag& tag) {
  ObjectReader object(value, std::move(place), problems_);
  switch (tag.kind) {
    case Kind::step:
      tag.funnel = required_parameter(object, "funnel");
      tag.step = required_parameter(object, "step");
      break;
    case Kind::conversion:
      tag.conversion = object.required_text("conversion", kMaxNameBytes);
      tag.value = parameter(object, "value");
      tag.currency = parameter(object, "currency");
      tag.quantity = parameter(object, "quantity");
      tag.order_id = parameter(object, "order_id");
      tag.weight = static_cast<event::Weight>(object.choice("weight", {"primary", "micro"}).value_or(0));
      check_literals(object, tag);
      break;
    case Kind::image: read_image_parameters(object, tag); break;
    case Kind::server: return read_template_parameters(object, value, tag);
  }
  object.done();
}

void AuthorReader::read_image_parameters(ObjectReader& object, Tag& tag) {
  object.require("url");
  tag.address = parameter(object, "url", rules::kMaxValueBytes, "fill it in");
  if (tag.address.kind == Parameter::Kind::absent) return;
  if (!has_literal_host(tag.address)) {
    object.error("url",
                 "does not begin with a host that is written down; write https://host/, variables behind it");
  }
  tag.address.is_address = true;
}

/// Whatever the template has; a value that is known to the event model goes in its place there.
void AuthorReader::read_template_parameters(ObjectReader& object, const json& value, Tag& tag) {
  if (!value.is_object()) return;
  std::vector<GivenParameter> given;
  std::vector<std::pair<std::string, Parameter>> parameters;
  given.reserve(value.size());
  for (const auto& [key, content] : value.items()) {
    if (content.is_string() && content.get_ref<const std::string&>().empty())
      continue;  // as if it were not there
    if (!object.is_good_text(key, key, kMaxNameBytes)) continue;
    parameters.emplace_back(key, parameter_of(object, key, content, kMaxValueBytes));
  }
  for (const auto& [key, parameter] : parameters) {
    given.push_back({key, parameter.kind == Parameter::Kind::literal ? &parameter.text : nullptr});
  }
  for (auto& [key, problem] : templates_->problems(tag.template_name, given))
    object.error(key, std::move(problem));
  for (auto& [key, parameter] : parameters) {
    if (parameter.kind == Parameter::Kind::absent) continue;
    Parameter* const known = key == "value"      ? &tag.value
                             : key == "currency" ? &tag.currency
                             : key == "quantity" ? &tag.quantity
                             : key == "order_id" ? &tag.order_id
                                                 : nullptr;
    if (known != nullptr) {
      *known = std::move(parameter);
    } else {
      tag.parameters.emplace_back(key, std::move(parameter));
    }
  }
  check_literals(object, tag);
}

}  // namespace etappe::container

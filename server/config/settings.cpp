#include "server/config/settings.hpp"

#include <arpa/inet.h>

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <system_error>
#include <vector>

#include "server/address/range.hpp"

namespace etappe::config {
namespace {

namespace fs = std::filesystem;
using Reason = Problem::Reason;

struct Refusal {  // why one value is not taken
  Reason reason;
  std::string remedy;
};
using Taken = std::optional<Refusal>;

struct Address {
  std::string host;
  bool is_v6 = false;
};

std::optional<Address> parse_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view port = text.substr(colon + 1);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (port.empty() || error != std::errc{} || end != port.data() + port.size() || number > 65535)
    return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool is_v6 = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (is_v6) host = host.substr(1, host.size() - 2);
  Address address{std::string(host), is_v6};
  in6_addr bytes{};
  if (inet_pton(is_v6 ? AF_INET6 : AF_INET, address.host.c_str(), &bytes) != 1) return std::nullopt;
  return address;
}

Taken take_address(const toml::node& node, std::string& into) {
  const auto text = node.value_exact<std::string>();
  if (!text) return Refusal{Reason::wrong_type, "write it as text in quotes"};
  if (!parse_address(*text))
    return Refusal{Reason::bad_address, "write IP:PORT, for example \"127.0.0.1:8080\" or \"[::1]:0\""};
  into = *text;
  return std::nullopt;
}

Taken take_text(const toml::node& node, std::string& into) {
  const auto text = node.value_exact<std::string>();
  if (!text) return Refusal{Reason::wrong_type, "write it as text in quotes"};
  into = *text;
  return std::nullopt;
}

Taken take_path(const toml::node& node, const fs::path& base, fs::path& into) {
  std::string text;
  if (auto refusal = take_text(node, text)) return refusal;
  into = text.empty() ? fs::path() : (base / text).lexically_normal();
  return std::nullopt;
}

Taken take_choice(const toml::node& node, std::initializer_list<std::string_view> choices,
                  std::string& into) {
  std::string text;
  if (auto refusal = take_text(node, text)) return refusal;
  if (std::ranges::find(choices, text) == choices.end()) {
    std::string remedy = "choose one of";
    for (const std::string_view choice : choices) remedy += " \"" + std::string(choice) + "\"";
    return Refusal{Reason::bad_value, remedy};
  }
  into = text;
  return std::nullopt;
}

Taken take_url(const toml::node& node, std::string& into) {
  std::string text;
  if (auto refusal = take_text(node, text)) return refusal;
  while (text.ends_with('/')) text.pop_back();
  const bool http = text.starts_with("https://") || text.starts_with("http://");
  if (!text.empty() && (!http || text.find_first_of("\"'<> ?#") != std::string::npos))
    return Refusal{Reason::bad_value,
                   "write an address like \"https://track.example.com\", or leave it empty"};
  into = text;
  return std::nullopt;
}

Taken take_ranges(const toml::node& node, std::vector<std::string>& into) {
  const toml::array* list = node.as_array();
  if (list == nullptr) return Refusal{Reason::wrong_type, "write a list of texts, [\"10.0.0.0/8\"]"};
  std::vector<std::string> ranges;
  for (const toml::node& entry : *list) {
    const auto text = entry.value_exact<std::string>();
    if (!text || !address::Range::from(*text))
      return Refusal{Reason::bad_value,
                     "write IP addresses or ranges of them, for example \"10.0.0.0/8\" or \"::1\""};
    ranges.push_back(*text);
  }
  into = std::move(ranges);
  return std::nullopt;
}

/// The name of a header, in lower case; empty for none.
Taken take_header(const toml::node& node, std::string& into) {
  std::string text;
  if (auto refusal = take_text(node, text)) return refusal;
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool is_good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    if (!is_good)
      return Refusal{Reason::bad_value, "write the name of a header, for example \"CF-IPCountry\""};
  }
  into = text;
  return std::nullopt;
}

/// "4GiB", "512 MiB", "65536".
std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  constexpr std::pair<std::string_view, unsigned> kUnits[] = {{"", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}};
  for (const auto& [name, shift] : kUnits)
    if (unit == name && number <= (UINT64_MAX >> shift)) return number << shift;
  return std::nullopt;
}

Taken take_size(const toml::node& node, std::uint64_t least, std::uint64_t& into) {
  std::string text;
  if (auto refusal = take_text(node, text)) return refusal;
  const auto size = parse_size(text);
  if (!size || (*size != 0 && *size < least) || (*size == 0 && into != 0))
    return Refusal{Reason::bad_value, "write a size like \"4GiB\" or \"512MiB\", at least " +
                                          std::to_string(least >> 20U) + "MiB"};
  into = *size;
  return std::nullopt;
}

/// Every key there is. The one place to add another (and default_text.cpp, which a test holds against this).
Taken take(const std::string& key, const toml::node& node, const fs::path& base, Settings& into,
           bool& known) {
  known = true;
  if (key == "listen") return take_address(node, into.listen);
  if (key == "admin_listen") return take_address(node, into.admin_listen);
  if (key == "admin_proxy") {
    std::string choice;
    auto refusal = take_choice(node, {"none", "tls"}, choice);
    if (!refusal) into.admin_proxy = choice == "tls" ? AdminProxy::tls : AdminProxy::none;
    return refusal;
  }
  if (key == "trusted_proxies") return take_ranges(node, into.trusted_proxies);
  if (key == "region_header") return take_header(node, into.region_header);
  if (key == "public_url") return take_url(node, into.public_url);
  if (key == "data") return take_path(node, base, into.data);
  if (key == "assets") return take_path(node, base, into.assets);
  if (key == "log") return take_choice(node, {"debug", "info", "warning", "error"}, into.log);
  if (key == "engine.library") return take_path(node, base, into.library);
  if (key == "engine.memory") return take_size(node, std::uint64_t{512} << 20, into.engine_memory);
  if (key == "spool.max") return take_size(node, std::uint64_t{64} << 20, into.spool_max);
  known = false;
  return std::nullopt;
}

constexpr std::string_view kKeys[] = {"listen",        "admin_listen",   "admin_proxy",   "trusted_proxies",
                                      "region_header", "public_url",     "data",          "assets",
                                      "log",           "engine.library", "engine.memory", "spool.max"};
constexpr std::string_view kSections[] = {"engine", "spool"};

/// Levenshtein's distance, for "did you mean".
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::string suggestion(std::string_view key) {
  const auto* nearest =
      std::ranges::min_element(kKeys, {}, [&](std::string_view k) { return distance(key, k); });
  if (distance(key, *nearest) <= 2) return "did you mean `" + std::string(*nearest) + "`?";
  std::string all = "remove it; the keys are";
  for (const std::string_view known : kKeys) all += " " + std::string(known);
  return all;
}

struct Reading {
  const fs::path& file;
  fs::path base;
  Settings settings;
  std::map<std::string, unsigned> lines;  ///< where each key stands
};

Problem problem_at(const fs::path& file, const toml::node& node, const std::string& key, Refusal refusal) {
  return {refusal.reason, file, node.source().begin.line, key, std::move(refusal.remedy)};
}

Result<void, Problem> read_table(const toml::table& table, const std::string& prefix, Reading& reading) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    const unsigned line = name.source().begin.line;
    if (prefix.empty() && std::ranges::find(kSections, key) != std::end(kSections)) {
      const toml::table* section = node.as_table();
      if (section == nullptr)
        return fail(problem_at(reading.file, node, key,
                               {Reason::wrong_type, "write it as a section, [" + key + "]"}));
      if (auto read = read_table(*section, key + ".", reading); !read) return read;
      continue;
    }
    bool known = false;
    auto refusal = take(key, node, reading.base, reading.settings, known);
    if (!known) return fail(Problem{Reason::unknown_key, reading.file, line, key, suggestion(key)});
    if (refusal) return fail(Problem{refusal->reason, reading.file, line, key, std::move(refusal->remedy)});
    reading.lines[key] = line;
  }
  return {};
}

}  // namespace

std::string_view name_of(Problem::Reason reason) {
  switch (reason) {
    case Reason::unreadable: return "config_unreadable";
    case Reason::bad_toml: return "config_bad_toml";
    case Reason::unknown_key: return "config_unknown_key";
    case Reason::wrong_type: return "config_wrong_type";
    case Reason::bad_address: return "config_bad_address";
    case Reason::bad_value: return "config_bad_value";
    case Reason::admin_exposed: return "admin_exposed";
  }
  return "config_unreadable";
}

std::string message(const Problem& problem) {
  std::string text;
  if (!problem.file.empty()) {
    text += problem.file.string();
    if (problem.line != 0) text += ":" + std::to_string(problem.line);
    text += ": ";
  }
  if (!problem.key.empty()) text += problem.key + ": ";
  return text + std::string(name_of(problem.reason)) + ": " + problem.remedy;
}

Result<Settings, Problem> load(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::error_code ignored;
  if (!in || fs::is_directory(file, ignored))
    return fail(
        Problem{Reason::unreadable, file, 0, "", "run `etappe init DIR`, or name the file with --config"});
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  Reading reading{file, fs::absolute(file).parent_path(), {}, {}};
  reading.settings.data = reading.base;
  try {
    const toml::table table = toml::parse(text, file.string());
    if (auto read = read_table(table, "", reading); !read) return fail(std::move(read.error()));
  } catch (const toml::parse_error& error) {
    return fail(
        Problem{Reason::bad_toml, file, error.source().begin.line, "", std::string(error.description())});
  }
  if (reading.settings.data.empty()) reading.settings.data = reading.base;
  if (auto checked = check(reading.settings); !checked) {
    Problem problem = std::move(checked.error());
    problem.file = file;
    const auto line = reading.lines.find(problem.key);
    if (line != reading.lines.end()) problem.line = line->second;
    return fail(std::move(problem));
  }
  return reading.settings;
}

Result<void, Problem> check(const Settings& settings) {
  for (const auto& [key, address] : {std::pair<const char*, const std::string&>{"listen", settings.listen},
                                     {"admin_listen", settings.admin_listen}})
    if (!parse_address(address))
      return fail(Problem{Reason::bad_address,
                          {},
                          0,
                          key,
                          "`" + address + "` is not IP:PORT, for example 127.0.0.1:8080 or [::1]:0"});
  if (settings.admin_proxy == AdminProxy::none && !is_loopback(settings.admin_listen))
    return fail(
        Problem{Reason::admin_exposed,
                {},
                0,
                "admin_listen",
                "passwords would cross the network unencrypted; listen on 127.0.0.1, or put a proxy that "
                "speaks TLS in front and set admin_proxy = \"tls\""});
  return {};
}

bool is_loopback(std::string_view address) {
  const auto parsed = parse_address(address);
  if (!parsed) return false;
  if (!parsed->is_v6) return parsed->host.starts_with("127.");
  in6_addr bytes{};
  return inet_pton(AF_INET6, parsed->host.c_str(), &bytes) == 1 && IN6_IS_ADDR_LOOPBACK(&bytes) != 0;
}

}  // namespace etappe::config

#include "server/config/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/server/temporary_folder.hpp"

namespace etappe::config {
namespace {

namespace fs = std::filesystem;
using Reason = Problem::Reason;
using ::testing::HasSubstr;

class SettingsTest : public ::testing::Test {
 protected:
  [[nodiscard]] Result<Settings, Problem> load_text(std::string_view text) const {
    folder_.write("etappe.toml", text);
    return load(file());
  }
  [[nodiscard]] fs::path file() const { return folder_ / "etappe.toml"; }
  TemporaryFolder folder_;
};

TEST_F(SettingsTest, AnEmptyFileMeansTheDefaults) {
  const auto settings = load_text("");
  ASSERT_TRUE(settings) << message(settings.error());
  EXPECT_EQ(settings->listen, "127.0.0.1:8080");
  EXPECT_EQ(settings->admin_listen, "127.0.0.1:8081");
  EXPECT_EQ(settings->data, folder_.path());
  EXPECT_TRUE(settings->assets.empty());
  EXPECT_EQ(settings->spool_max, std::uint64_t{4} << 30);
}

TEST_F(SettingsTest, EveryKeyIsRead) {
  const auto settings = load_text(R"(
listen = "0.0.0.0:80"
admin_listen = "[::]:81"
admin_proxy = "tls"
public_url = "https://track.example.com/"
data = "state/../var"
assets = "/usr/share/etappe"
log = "warning"
[engine]
library = "lib/libchdb.so"
memory = "2 GiB"
[spool]
max = "512MiB"
)");
  ASSERT_TRUE(settings) << message(settings.error());
  EXPECT_EQ(settings->listen, "0.0.0.0:80");
  EXPECT_EQ(settings->admin_listen, "[::]:81");
  EXPECT_EQ(settings->admin_proxy, AdminProxy::tls);
  EXPECT_EQ(settings->public_url, "https://track.example.com");
  EXPECT_EQ(settings->data, folder_ / "var");
  EXPECT_EQ(settings->assets, "/usr/share/etappe");
  EXPECT_EQ(settings->log, "warning");
  EXPECT_EQ(settings->library, folder_ / "lib/libchdb.so");
  EXPECT_EQ(settings->engine_memory, std::uint64_t{2} << 30);
  EXPECT_EQ(settings->spool_max, std::uint64_t{512} << 20);
}

TEST_F(SettingsTest, AMistakeIsNamedWithItsLineItsKeyAndAReason) {
  const struct {
    const char* text;
    Reason reason;
    unsigned line;
    const char* key;
  } cases[] = {
      {"listn = \"127.0.0.1:1\"", Reason::unknown_key, 1, "listn"},
      {"\n\n[engine]\nlibary = \"\"", Reason::unknown_key, 4, "engine.libary"},
      {"[limits]\nevents = 1", Reason::unknown_key, 1, "limits"},
      {"\"\" = 1", Reason::unknown_key, 1, ""},
      {"listen = 8080", Reason::wrong_type, 1, "listen"},
      {"listen = [\"127.0.0.1:1\"]", Reason::wrong_type, 1, "listen"},
      {"engine = \"x\"", Reason::wrong_type, 1, "engine"},
      {"[engine]\nmemory = 2", Reason::wrong_type, 2, "engine.memory"},
      {"# c\nlisten = \"8080\"", Reason::bad_address, 2, "listen"},
      {"listen = \":8080\"", Reason::bad_address, 1, "listen"},
      {"listen = \"localhost:8080\"", Reason::bad_address, 1, "listen"},
      {"listen = \"127.0.0.1:\"", Reason::bad_address, 1, "listen"},
      {"listen = \"127.0.0.1:65536\"", Reason::bad_address, 1, "listen"},
      {"listen = \"127.0.0.1:-1\"", Reason::bad_address, 1, "listen"},
      {"listen = \"127.0.0.256:1\"", Reason::bad_address, 1, "listen"},
      {"listen = \"::1:1\"", Reason::bad_address, 1, "listen"},
      {"listen = \"[::1:1\"", Reason::bad_address, 1, "listen"},
      {"listen = \"\"", Reason::bad_address, 1, "listen"},
      {"log = \"loud\"", Reason::bad_value, 1, "log"},
      {"public_url = \"track.example.com\"", Reason::bad_value, 1, "public_url"},
      {"public_url = \"https://a/\\\"><script>\"", Reason::bad_value, 1, "public_url"},
      {"[spool]\nmax = \"4GB\"", Reason::bad_value, 2, "spool.max"},
      {"[spool]\nmax = \"0\"", Reason::bad_value, 2, "spool.max"},
      {"[spool]\nmax = \"1MiB\"", Reason::bad_value, 2, "spool.max"},
      {"[spool]\nmax = \"99999999999GiB\"", Reason::bad_value, 2, "spool.max"},
      {"admin_proxy = true", Reason::wrong_type, 1, "admin_proxy"},
      {"log = \"info\"\nadmin_listen = \"0.0.0.0:8081\"", Reason::admin_exposed, 2, "admin_listen"},
      {"admin_listen = \"[::]:8081\"", Reason::admin_exposed, 1, "admin_listen"},
      {"listen = ", Reason::bad_toml, 1, ""},
      {"a = 1\nlisten = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"", Reason::bad_toml, 3, ""},
  };
  for (const auto& c : cases) {
    const auto settings = load_text(c.text);
    ASSERT_FALSE(settings) << c.text;
    EXPECT_EQ(settings.error().reason, c.reason) << c.text << "\n" << message(settings.error());
    EXPECT_EQ(settings.error().line, c.line) << c.text;
    EXPECT_EQ(settings.error().key, c.key) << c.text;
    EXPECT_FALSE(settings.error().remedy.empty()) << c.text;
    EXPECT_EQ(settings.error().file, file()) << c.text;
  }
}

TEST_F(SettingsTest, AMisspeltKeyGetsASuggestion) {
  const auto settings = load_text("admin_listn = \"127.0.0.1:1\"");
  ASSERT_FALSE(settings);
  EXPECT_EQ(message(settings.error()),
            file().string() + ":1: admin_listn: config_unknown_key: did you mean `admin_listen`?");
}

TEST_F(SettingsTest, AMissingFileAndAFolderAreUnreadable) {
  for (const fs::path& path : {folder_ / "none.toml", folder_.path()}) {
    const auto settings = load(path);
    ASSERT_FALSE(settings) << path;
    EXPECT_EQ(settings.error().reason, Reason::unreadable) << path;
  }
}

TEST_F(SettingsTest, TheTextForANewFolderSaysTheDefaultsAndEveryLineInItIsTrue) {
  std::string text = default_text();
  const auto written = load_text(text);
  ASSERT_TRUE(written) << message(written.error());
  // The commented keys too: take the "# " away from every line that is one.
  std::string uncommented;
  std::size_t keys = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    std::string line = text.substr(begin, end - begin);
    if (line.starts_with("# ") && line.find(" = ") != std::string::npos &&
        line.find(' ', 2) == line.find(" = ")) {
      line.erase(0, 2);
      ++keys;
    }
    uncommented += line + "\n";
    begin = end + 1;
  }
  EXPECT_EQ(keys, 10u) << "with listen and admin_listen these are all keys";
  const auto settings = load_text(uncommented);
  ASSERT_TRUE(settings) << message(settings.error());
  const Settings defaults;
  EXPECT_EQ(settings->listen, defaults.listen);
  EXPECT_EQ(settings->admin_listen, defaults.admin_listen);
  EXPECT_EQ(settings->admin_proxy, defaults.admin_proxy);
  EXPECT_EQ(settings->public_url, defaults.public_url);
  EXPECT_EQ(settings->data, folder_.path());
  EXPECT_EQ(settings->log, defaults.log);
  EXPECT_EQ(settings->engine_memory, defaults.engine_memory);
  EXPECT_EQ(settings->spool_max, defaults.spool_max);
}

TEST(Settings, TheCommandLineIsHeldToTheSameRules) {
  Settings settings;
  EXPECT_TRUE(check(settings));
  settings.admin_listen = "192.0.2.1:8081";
  ASSERT_FALSE(check(settings));
  EXPECT_EQ(check(settings).error().reason, Reason::admin_exposed);
  settings.admin_proxy = AdminProxy::tls;
  EXPECT_TRUE(check(settings));
  settings.listen = "nowhere";
  EXPECT_EQ(check(settings).error().reason, Reason::bad_address);
}

TEST(Settings, LoopbackIsTheWholeNetworkAndOneAddress) {
  for (const char* address : {"127.0.0.1:0", "127.8.9.1:80", "[::1]:1"})
    EXPECT_TRUE(is_loopback(address)) << address;
  for (const char* address : {"0.0.0.0:1", "10.0.0.1:1", "[::]:1", "[fe80::1]:1", "128.0.0.1:1", "nonsense"})
    EXPECT_FALSE(is_loopback(address)) << address;
}

}  // namespace
}  // namespace etappe::config

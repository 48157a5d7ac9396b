#include "server/config/settings.hpp"

namespace etappe::config {

std::string default_text() {
  return R"toml(# Etappe's settings. Every key is optional; what is commented out here is the default. An unknown key is an error.

# Where visitors' browsers reach the collector. Put TLS in front (nginx, Caddy) and forward here.
listen = "127.0.0.1:8080"

# Where the dashboard, the API and /metrics answer. Keep it off the internet.
admin_listen = "127.0.0.1:8081"

# "tls" when a proxy that speaks TLS stands in front of admin_listen; without one it must be a loopback address.
# admin_proxy = "none"

# Proxies in front of `listen` whose X-Forwarded-For is believed, and the header by which they say the visitor's region
# (ISO 3166: "DE", "US-CA"), such as CF-IPCountry. Empty: no region is known. The address itself is never written down.
# trusted_proxies = ["127.0.0.0/8", "::1"]
# region_header = ""

# The collector's address as browsers see it, for the snippets. Empty: https://track.<the site's first domain>
# public_url = ""

# Data folder, relative to this file. Empty: this file's folder.
# data = ""

# The tracker and the dashboard, as `./dev build` leaves them. Empty: share/etappe beside the executable's folder.
# assets = ""

# debug, info, warning or error
# log = "info"

[engine]
# libchdb.so. Empty: node_modules/@chdb/lib-linux-x64-gnu/libchdb.so, looked for upwards from the executable.
# library = ""
# Memory of all queries together, for example "2GiB". "0": the engine's own default.
# memory = "0"

[spool]
# Accepted events that are not yet stored. Beyond it, senders are told to come back later (503).
# max = "4GiB"
)toml";
}

}  // namespace etappe::config

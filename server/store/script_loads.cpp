#include "server/store/script_loads.hpp"

#include <nlohmann/json.hpp>

namespace etappe::store {

bool add(Client& client, const ScriptLoads& loads) {
  std::string rows;
  for (const auto& [key, count] : loads)
    rows += nlohmann::json{{"site", key.site},       {"quarter", key.quarter.time_since_epoch().count()},
                           {"version", key.version}, {"region", key.region},
                           {"device", key.device},   {"loads", count}}
                .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
            "\n";
  const auto answer =
      client.ask({.sql = "INSERT INTO script_loads FORMAT JSONEachRow", .rows = std::move(rows)},
                 std::chrono::seconds(10));
  return answer && answer->good();
}

}  // namespace etappe::store

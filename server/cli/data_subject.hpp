#pragma once
// What is stored about somebody, as one JSON object: for the command `subject` and for the admin listener.

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "server/api/ports.hpp"
#include "server/erase/desk.hpp"
#include "server/erase/order.hpp"
#include "server/erase/ports.hpp"
#include "server/store/subject_rows.hpp"

namespace etappe::cli {

/// Who is meant by an id as people write it: a visitor's own, or what the site calls a person by, which is
/// hashed as page and collector do it. Nothing when it is none: empty, or longer than 64 bytes.
[[nodiscard]] std::optional<erase::Subject> subject_named(const erase::Secret& secret,
                                                          std::string_view site_id, erase::Kind kind,
                                                          std::string_view id);

/// {"site","kind","hash","visitors","shared_visitors","places":{…}} (docs/privacy.md, "The rights of a
/// person"). `orders` are all there are. Blocks on the store.
[[nodiscard]] Result<std::string, erase::StoreError> subject_json(store::SubjectRows& rows,
                                                                  const erase::Secret& secret,
                                                                  std::string_view site_key,
                                                                  const erase::Subject& subject,
                                                                  const std::vector<erase::Order>& orders);

/// {"erasures":[…]}: the receipts of a site, the newest first, `most` at most.
[[nodiscard]] std::string receipts_json(const std::vector<erase::Order>& orders, std::string_view site_id,
                                        std::size_t most);

/// The admin listener's way to it.
class StoredRights final : public api::Rights {
 public:
  /// All of it outlives this.
  StoredRights(store::SubjectRows& rows, const erase::Journal& journal, erase::Desk& desk,
               const erase::Secret& secret, std::function<bool()> flush)
      : rows_(rows), journal_(journal), desk_(desk), secret_(secret), flush_(std::move(flush)) {}
  [[nodiscard]] std::string hash_of(const report::Site& site, const api::SubjectName& name) override;
  [[nodiscard]] Result<std::string, api::RightsError> look_up(const report::Site& site,
                                                              const api::SubjectName& name) override;
  [[nodiscard]] Result<std::string, api::RightsError> erase(const report::Site& site,
                                                            const api::SubjectName& name,
                                                            Through through) override;
  [[nodiscard]] std::string receipts(const report::Site& site) override;

 private:
  [[nodiscard]] erase::Subject subject_of(const report::Site& site, const api::SubjectName& name) const;
  store::SubjectRows& rows_;
  const erase::Journal& journal_;
  erase::Desk& desk_;
  const erase::Secret secret_;
  const std::function<bool()> flush_;  ///< whether all that was accepted is stored
};

}  // namespace etappe::cli

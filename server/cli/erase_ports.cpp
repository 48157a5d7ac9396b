#include "server/cli/erase_ports.hpp"

#include <utility>

namespace etappe::cli {
namespace {

collect::Ordered ordered(erase::Taken taken) {
  switch (taken) {
    case erase::Taken::written: return collect::Ordered::written;
    case erase::Taken::busy: return collect::Ordered::busy;
    case erase::Taken::too_many: return collect::Ordered::too_many;
    case erase::Taken::failed: return collect::Ordered::failed;
  }
  return collect::Ordered::failed;
}

}  // namespace

erase::Time erasing_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

void PageWithdrawals::order(std::string_view site_id, std::vector<std::string> visitors,
                            std::function<void(collect::Ordered, std::string)> done) {
  erase::Wish wish{std::string(site_id), {}, erase::Reason::withdrawal};
  for (std::string& visitor : visitors)
    wish.subjects.push_back({wish.site, erase::Kind::visitor, std::move(visitor)});
  desk_.take(std::move(wish), [done = std::move(done)](erase::Taken taken, std::string receipt) {
    done(ordered(taken), std::move(receipt));
  });
}

std::string SpoolWaiting::newest() const {
  const auto segments = spool_.durable();
  return segments.empty() ? std::string() : segments.back().segment;
}

std::string SpoolWaiting::oldest() const {
  const auto segments = spool_.durable();
  return segments.empty() ? std::string() : segments.front().segment;
}

erase::Waiting::Leftovers SpoolWaiting::leftovers() const {
  Leftovers found;
  std::error_code ignored;
  for (const auto& file : std::filesystem::directory_iterator(folder_, ignored)) {
    if (file.path().extension() == ".cut") ++found.cut_files;
    if (file.path().extension() == ".bad") ++found.bad_files;
  }
  return found;
}

store::Mutations::Ready ready_by(Schema& schema) {
  return [&schema]() -> Result<void, erase::StoreError> {
    switch (schema.ensure()) {
      case Schema::State::ready: return {};
      case Schema::State::away: return fail(erase::StoreError::away);
      case Schema::State::unfit: break;
    }
    return fail(erase::StoreError::refused);
  };
}

}  // namespace etappe::cli

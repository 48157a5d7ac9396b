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

template <class Call>
auto ReadyErasure::ready(Call call) -> decltype(call()) {
  switch (schema_.ensure()) {
    case Schema::State::ready: return call();
    case Schema::State::away: return fail(erase::StoreError::away);
    case Schema::State::unfit: break;
  }
  return fail(erase::StoreError::refused);
}

Result<std::vector<erase::PersonVisitor>, erase::StoreError> ReadyErasure::visitors_of(
    const std::vector<erase::Subject>& persons) {
  return ready([&] { return store_.visitors_of(persons); });
}
Result<std::vector<erase::Found>, erase::StoreError> ReadyErasure::count(
    const std::vector<erase::Subject>& subjects) {
  return ready([&] { return store_.count(subjects); });
}
Result<erase::Time, erase::StoreError> ReadyErasure::erase(const std::vector<erase::Subject>& subjects) {
  return ready([&] { return store_.erase(subjects); });
}
Result<std::uint64_t, erase::StoreError> ReadyErasure::replaced_parts(erase::Time until) {
  return ready([&] { return store_.replaced_parts(until); });
}
Result<std::uint64_t, erase::StoreError> ReadyErasure::detached_parts() {
  return ready([&] { return store_.detached_parts(); });
}

}  // namespace etappe::cli

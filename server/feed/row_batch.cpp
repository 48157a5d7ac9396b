#include "server/feed/row_batch.hpp"

#include <algorithm>
#include <cassert>

#include "core/url/url.hpp"
#include "server/enrich/clean_url.hpp"
#include "server/enrich/device.hpp"
#include "server/enrich/params.hpp"

namespace etappe::feed {

std::chrono::sys_days key_day_of(event::TimeMs client_time, event::TimeMs time, event::TimeMs received_at) {
  using namespace std::chrono;
  const auto off = client_time > time ? client_time - time : time - client_time;
  return floor<days>(off <= hours(25) ? client_time : received_at);
}

namespace {

std::string_view text_of(const Record& record) {
  if (!record) return {};
  return {reinterpret_cast<const char*>(record->data()), record->size()};
}

}  // namespace

RejectedRow RowBatch::rejection_of(const Row& row, std::string reason) const {
  const auto at = std::lower_bound(numbers_.begin(), numbers_.end(), row.record) - numbers_.begin();
  return {.bytes = text_of(records_[static_cast<std::size_t>(at)]),
          .reason = std::move(reason),
          .segment = row.segment,
          .record = row.record};
}

const std::vector<std::string>& RowBatch::hosts_of(std::string_view site) {
  const auto known = known_hosts_.find(site);
  if (known != known_hosts_.end()) return known->second;
  return known_hosts_.emplace(site, hosts_(site)).first->second;
}

void RowBatch::build(std::vector<Record> records, std::vector<std::uint32_t> numbers,
                     const event::Uuid& segment, std::uint16_t enrich_version) {
  assert(records.size() == numbers.size());
  records_ = std::move(records);
  numbers_ = std::move(numbers);
  rows.reserve(records_.size());
  for (std::size_t i = 0; i < records_.size(); ++i) {
    Row row;
    row.segment = segment;
    row.record = numbers_[i];
    row.enrich_version = enrich_version;
    add(records_[i], std::move(row));
  }
}

void RowBatch::add(const Record& record, Row row) {
  const auto reject = [&](std::string reason) {
    rejected.push_back({.bytes = text_of(record),
                        .reason = std::move(reason),
                        .segment = row.segment,
                        .record = row.record});
  };
  if (!record) return reject("damaged");
  const auto envelope = codec::read_envelope(*record, scratch_);
  if (!envelope) return reject(std::string(codec::name_of(envelope.error())));
  auto lists = std::make_unique<Lists>();
  lists->items.assign(envelope->event.items.begin(), envelope->event.items.end());
  lists->props.assign(envelope->event.props.begin(), envelope->event.props.end());
  row.envelope = *envelope;
  row.envelope.event.items = lists->items;
  row.envelope.event.props = lists->props;
  lists_.push_back(std::move(lists));

  row.key_day = key_day_of(envelope->client_time, envelope->event.time, envelope->received_at);
  if (const auto url = url::split(envelope->event.url)) {
    row.host = enrich::lower(url->host);
    row.path = url->path.empty() ? "/" : std::string(url->path);
  }
  row.device = enrich::device_of(envelope->user_agent);
  enrich::Resolution found =
      resolver_.resolve(envelope->event.url, envelope->event.referrer, hosts_of(envelope->site));
  row.referrer_host = std::move(found.referrer_host);
  if (found.touch) {
    row.origin = {.touch = true,
                  .channel = std::move(found.channel),
                  .source = std::move(found.source),
                  .medium = std::move(found.medium),
                  .campaign = std::move(found.campaign),
                  .term = std::move(found.term),
                  .content = std::move(found.content),
                  .campaign_id = std::move(found.campaign_id),
                  .network = std::move(found.network),
                  .network_kind = std::move(found.network_kind),
                  .publisher = std::move(found.publisher),
                  .click_id = std::move(found.click_id),
                  .click_id_param = std::move(found.click_id_param),
                  .sub_ids = std::move(found.sub_ids)};
  }
  if (envelope->link != codec::Link::linked) {
    // A click id is an id, too: without a grant a row says which network it was, and no more.
    Lists& kept = *lists_.back();
    kept.url = std::move(found.clean_url);
    kept.referrer = enrich::clean_url(envelope->event.referrer, resolver_.networks(), {});
    row.envelope.event.url = kept.url;
    row.envelope.event.referrer = kept.referrer;
    row.origin.click_id.clear();
    row.origin.sub_ids.clear();
  }
  rows.push_back(std::move(row));
}

}  // namespace etappe::feed

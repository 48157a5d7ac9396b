#include "server/erase/journal.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/event/event.hpp"
#include "server/admin/replace_file.hpp"

namespace etappe::erase {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kMode = 0600;

/// RFC 9562, version 4.
std::string random_receipt() {
  event::Uuid uuid;
  randombytes_buf(uuid.bytes.data(), uuid.bytes.size());
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0FU) | 0x40U);
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3FU) | 0x80U);
  std::array<char, 36> text;
  event::write_uuid(uuid, text);
  return {text.data(), text.size()};
}

struct Content {
  std::vector<Order> orders;
  std::vector<Note> notes;
  std::uint64_t length = 0;  ///< of the whole lines
};

Result<Content, JournalError> content_of(const fs::path& file, const Secret& secret) {
  std::error_code error;
  if (!fs::exists(file, error)) {
    if (error) return fail(JournalError::disk);
    return Content{};
  }
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in || in.bad()) return fail(JournalError::disk);

  Content content;
  std::unordered_map<std::string, std::size_t> places;
  const std::string_view all = text;
  for (std::size_t end = 0; (end = all.find('\n', content.length)) != std::string_view::npos;) {
    const std::string_view line = all.substr(content.length, end - content.length);
    content.length = end + 1;
    if (auto note = note_from_line(line)) {
      content.notes.push_back(*std::move(note));
      continue;
    }
    auto order = order_from_line(line, secret);
    if (!order) return fail(JournalError::bad_line);
    const auto [place, is_new] = places.try_emplace(order->receipt, content.orders.size());
    if (is_new)
      content.orders.push_back(*std::move(order));
    else
      content.orders[place->second] = *std::move(order);
  }
  return content;
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool is_over(const Order& order, Time now) {
  if (order.state != State::gone) return false;
  const bool is_empty = order.figures.events == 0 && order.figures.rejected == 0;
  return now - order.at > (is_empty ? kKeptIfEmpty : kKept);
}

}  // namespace

std::string_view name_of(JournalError error) {
  switch (error) {
    case JournalError::disk: return "erasure_disk";
    case JournalError::bad_line: return "erasure_bad_line";
  }
  return "erasure_disk";
}

Journal::Journal(fs::path file, const Secret& secret, std::vector<Order> orders, std::vector<Note> notes)
    : file_(std::move(file)), secret_(secret), orders_(std::move(orders)), notes_(std::move(notes)) {
  index();
}

Journal::~Journal() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<std::unique_ptr<Journal>, JournalError> Journal::open(const fs::path& folder, const Secret& secret) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return fail(JournalError::disk);
  auto content = content_of(folder / "journal.ndjson", secret);
  if (!content) return fail(content.error());
  std::unique_ptr<Journal> journal(
      new Journal(folder / "journal.ndjson", secret, std::move(content->orders), std::move(content->notes)));
  // Written anew: without a torn line and the lines that later ones have replaced, and durable for certain.
  if (!journal->replace()) return fail(JournalError::disk);
  return journal;
}

Result<std::vector<Order>, JournalError> Journal::read(const fs::path& folder, const Secret& secret) {
  auto content = content_of(folder / "journal.ndjson", secret);
  if (!content) return fail(content.error());
  return std::move(content->orders);
}

std::optional<std::string> Journal::known(const Wish& wish, Time now) const {
  std::optional<std::size_t> same;
  for (const Subject& subject : wish.subjects) {
    const auto found = by_hash_.find(fingerprint(secret_, subject));
    if (found == by_hash_.end() || (same && *same != found->second)) return std::nullopt;
    same = found->second;
  }
  if (!same) return std::nullopt;
  const Order& order = orders_[*same];
  const bool is_fresh =
      order.state < State::erased || (order.reason == Reason::withdrawal &&
                                      wish.reason == Reason::withdrawal && now - order.at < kRefusedFor);
  return is_fresh ? std::optional(order.receipt) : std::nullopt;
}

std::optional<std::string> Journal::receipt_for(const Wish& wish, Time now) const {
  const std::lock_guard lock(mutex_);
  return known(wish, now);
}

Result<std::vector<std::string>, JournalError> Journal::add(const std::vector<Wish>& wishes, Time now) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> receipts;
  std::string lines;
  const std::size_t before = orders_.size();
  for (const Wish& wish : wishes) {
    if (auto receipt = known(wish, now)) {
      receipts.push_back(*std::move(receipt));
      continue;
    }
    Order order{.receipt = random_receipt(),
                .at = now,
                .site = wish.site,
                .kind = wish.subjects.front().kind,
                .reason = wish.reason,
                .subjects = wish.subjects,
                .marks = {}};
    for (const Subject& subject : order.subjects)
      order.marks.push_back({subject.kind, fingerprint(secret_, subject)});
    lines += to_line(order);
    receipts.push_back(order.receipt);
    by_receipt_[order.receipt] = orders_.size();
    for (const Mark& mark : order.marks) by_hash_[mark.hash] = orders_.size();
    orders_.push_back(std::move(order));
  }
  if (lines.empty() || append(lines)) return receipts;
  orders_.resize(before);
  index();
  return fail(JournalError::disk);
}

Result<void, JournalError> Journal::update(const std::vector<Order>& orders) {
  const std::lock_guard lock(mutex_);
  std::string lines;
  std::vector<Order> former = orders_;
  for (const Order& order : orders) {
    lines += to_line(order);
    orders_[by_receipt_.at(order.receipt)] = order;
  }
  const bool is_written = append(lines);
  if (!is_written) orders_ = std::move(former);
  index();
  return is_written ? Result<void, JournalError>() : fail(JournalError::disk);
}

Result<void, JournalError> Journal::settle(std::vector<Order> orders, Time now) {
  const std::lock_guard lock(mutex_);
  std::vector<Order> former = orders_;
  for (Order& order : orders) {
    if (order.state >= State::erased) order.subjects.clear();
    const std::size_t place = by_receipt_.at(order.receipt);
    orders_[place] = std::move(order);
  }
  std::erase_if(orders_, [&](const Order& order) { return is_over(order, now); });
  std::erase_if(notes_, [&](const Note& note) { return now - note.at > kKept; });
  const bool is_written = replace();
  if (!is_written) orders_ = std::move(former);
  index();
  return is_written ? Result<void, JournalError>() : fail(JournalError::disk);
}

Result<void, JournalError> Journal::note(const Note& note) {
  const std::lock_guard lock(mutex_);
  notes_.push_back(note);
  if (append(to_line(note))) return {};
  notes_.pop_back();
  return fail(JournalError::disk);
}

std::vector<Note> Journal::notes() const {
  const std::lock_guard lock(mutex_);
  return notes_;
}

bool Journal::append(const std::string& lines) {
  // What a failed write has left on disk is unknown: the file is made anew, from memory.
  if (descriptor_ < 0) return replace();
  if (write_all(descriptor_, lines) && ::fdatasync(descriptor_) == 0) {
    length_ += lines.size();
    return true;
  }
  const bool is_cut = ::ftruncate(descriptor_, static_cast<off_t>(length_)) == 0;
  static_cast<void>(is_cut);  // where it is not, the next writing replaces the file
  ::close(descriptor_);
  descriptor_ = -1;
  return false;
}

bool Journal::replace() {
  std::string text;
  for (const Note& note : notes_) text += to_line(note);
  for (const Order& order : orders_) text += to_line(order);
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
  if (!admin::replace_file(file_, text, kMode)) return false;
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  length_ = text.size();
  return true;
}

void Journal::index() {
  by_receipt_.clear();
  by_hash_.clear();
  for (std::size_t i = 0; i < orders_.size(); ++i) {
    by_receipt_[orders_[i].receipt] = i;
    for (const Mark& mark : orders_[i].marks) by_hash_[mark.hash] = i;
  }
}

std::vector<Order> Journal::orders() const {
  const std::lock_guard lock(mutex_);
  return orders_;
}

std::vector<Order> Journal::in(State state, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  std::vector<Order> found;
  for (const Order& order : orders_)
    if (order.state == state && found.size() < most) found.push_back(order);
  return found;
}

std::optional<Order> Journal::find(std::string_view receipt) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_receipt_.find(std::string(receipt));
  return found == by_receipt_.end() ? std::nullopt : std::optional(orders_[found->second]);
}

}  // namespace etappe::erase

// What a killed process and a full disk leave behind, with real processes and the real file system.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <future>
#include <set>
#include <thread>

#include "server/spool/spool.hpp"

namespace etappe::spool {
namespace {

namespace fs = std::filesystem;

std::vector<std::byte> numbered(std::uint64_t number) {
  std::vector<std::byte> bytes(200);
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

std::uint64_t number_of(const std::vector<std::byte>& bytes) {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

class SpoolCrashTest : public ::testing::Test {
 protected:
  SpoolCrashTest() {
    std::string pattern = ::testing::TempDir() + "etappe_spool_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~SpoolCrashTest() override { fs::remove_all(folder_); }
  [[nodiscard]] Options options() const {
    Options options;
    options.folder = folder_;
    options.segment_bytes = 64 * 1024;
    return options;
  }
  fs::path folder_;
};

/// The child: appends numbers and reports each acknowledged one through the pipe, until it is killed.
[[noreturn]] void append_for_ever(const Options& options, std::uint64_t first, int acknowledged) {
  auto spool = Spool::open(options);
  if (!spool) ::_exit(3);
  for (std::uint64_t number = first;; ++number) {
    (*spool)->append({numbered(number)}, [number, acknowledged](Outcome outcome) {
      if (outcome == Outcome::durable && ::write(acknowledged, &number, sizeof number) < 0) ::_exit(4);
    });
    if (number % 16 == 0) std::this_thread::yield();
  }
}

TEST_F(SpoolCrashTest, HasEveryAcknowledgedRecordOnceAfterKillNine) {
  constexpr int kRounds = 6;
  constexpr std::uint64_t kPerRound = 2'000;
  std::set<std::uint64_t> acknowledged;
  std::uint64_t next = 1;
  for (int round = 0; round < kRounds; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      append_for_ever(options(), next, ends[1]);
    }
    ::close(ends[1]);
    std::uint64_t number = 0;
    std::uint64_t seen = 0;
    while (seen < kPerRound && ::read(ends[0], &number, sizeof number) == sizeof number) {
      acknowledged.insert(number);
      ++seen;
    }
    ASSERT_EQ(seen, kPerRound) << "the child ended by itself";
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    while (::read(ends[0], &number, sizeof number) == sizeof number) acknowledged.insert(number);
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    next = *acknowledged.rbegin() + 1'000'000;  // numbers that were in flight are not used again
  }

  auto spool = Spool::open(options());
  ASSERT_TRUE(spool.has_value());
  std::multiset<std::uint64_t> found;
  for (const Position& position : (*spool)->durable()) {
    const auto records = (*spool)->read(position.segment, 0, position.records - 1);
    ASSERT_TRUE(records.has_value());
    for (const auto& record : *records) found.insert(number_of(record));
  }
  EXPECT_GE(acknowledged.size(), kRounds * kPerRound);
  for (const std::uint64_t number : acknowledged) EXPECT_EQ(found.count(number), 1u) << number;
}

/// The child of the test below; its exit code says what it saw.
[[noreturn]] void run_into_the_limit(const Options& options) {
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{1024, 1024};
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(10);
  auto spool = Spool::open(options);
  if (!spool) ::_exit(11);
  std::promise<Outcome> promise;
  (*spool)->append({numbered(1)}, [&](Outcome outcome) { promise.set_value(outcome); });
  const Outcome outcome = promise.get_future().get();
  const bool accepts = (*spool)->accepts();
  ::_exit(outcome == Outcome::failed && !accepts ? 0 : 12);
}

TEST_F(SpoolCrashTest, AcknowledgesNothingWhenTheFileSystemTakesNoMore) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) run_into_the_limit(options());
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace etappe::spool

#include "server/engine/host.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace etappe::engine {
namespace {

/// Rows of an INSERT as a file that only this process sees.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(memfd_create("rows", MFD_CLOEXEC)) {
    while (descriptor_ >= 0 && !bytes.empty()) {
      const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) {
        close(descriptor_);
        descriptor_ = -1;
        return;
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }
  ~MemoryFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  [[nodiscard]] bool good() const { return descriptor_ >= 0; }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

Outcome refused(std::string text) {
  Outcome outcome;
  outcome.error = std::move(text);
  return outcome;
}

std::string set_statement(const Parameters& settings) {
  std::string sql;
  for (const auto& [name, value] : settings) {
    sql += sql.empty() ? "SET " : ", ";
    sql += name + " = " + sql_literal(value);
  }
  return sql;
}

}  // namespace

bool is_setting_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string sql_literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out += '\'';
}

struct Host::FolderLock {
  int descriptor = -1;
  ~FolderLock() {
    if (descriptor >= 0) close(descriptor);
  }
};

Host::Host(HostOptions options) : options_(std::move(options)), lock_(std::make_unique<FolderLock>()) {}

Result<std::unique_ptr<Host>, StartFailure> Host::open(HostOptions options) {
  std::unique_ptr<Host> host(new Host(std::move(options)));
  std::error_code error;
  // A relative path ends up twice in some of the engine's own paths.
  host->options_.folder = std::filesystem::absolute(host->options_.folder, error);
  const auto& folder = host->options_.folder;
  if (!error) std::filesystem::create_directories(folder, error);
  if (error) return fail(StartFailure{ExitCode::folder_unusable, folder.string() + ": " + error.message()});
  // The kernel drops this lock with the process, however it ends.
  const auto lock_file = folder / "etappe-engine.lock";
  host->lock_->descriptor = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (host->lock_->descriptor < 0)
    return fail(StartFailure{ExitCode::folder_unusable, lock_file.string() + ": " + std::strerror(errno)});
  if (flock(host->lock_->descriptor, LOCK_EX | LOCK_NB) != 0)
    return fail(StartFailure{ExitCode::folder_in_use, "another engine uses " + folder.string()});

  auto library = Library::load(host->options_.library);
  if (!library) return fail(library.error());
  host->library_ = std::move(*library);
  auto anchor = host->library_->connect({folder, host->options_.memory_bytes});
  if (!anchor) return fail(anchor.error());
  host->anchor_.emplace(std::move(*anchor));

  const Outcome version = host->anchor_->run("SELECT version()", "TSVRaw");
  host->version_ = version.body.substr(0, version.body.find('\n'));
  if (!version.error.empty() || !is_supported(host->version_))
    return fail(StartFailure{ExitCode::library_unsuited,
                             "the library is ClickHouse " +
                                 (host->version_.empty() ? version.error : host->version_) + ", tested is " +
                                 std::string(kSupportedVersions)});
  for (unsigned i = 0; i < host->options_.readers; ++i)
    host->threads_.emplace_back([self = host.get()] { self->work(self->reads_); });
  for (unsigned i = 0; i < host->options_.writers; ++i)
    host->threads_.emplace_back([self = host.get()] { self->work(self->writes_); });
  return host;
}

Host::~Host() {
  std::deque<Task> left;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (Queue* queue : {&reads_, &writes_}) {
      std::move(queue->tasks.begin(), queue->tasks.end(), std::back_inserter(left));
      queue->tasks.clear();
      queue->ready.notify_all();
    }
  }
  for (Task& task : left)
    task.done(refused("Code: 210. DB::Exception: The engine is stopping. (NETWORK_ERROR)"));
  for (std::thread& thread : threads_) thread.join();
  anchor_.reset();
}

bool Host::ask(Question question, std::function<void(Outcome)> done) {
  const bool reads = question.statement.effect == Statement::Effect::reads;
  Queue& queue = reads ? reads_ : writes_;
  const std::lock_guard lock(mutex_);
  if (stopping_ || queue.tasks.size() >= options_.max_waiting) return false;
  queue.tasks.push_back({std::move(question), std::move(done)});
  queue.ready.notify_one();
  return true;
}

void Host::work(Queue& queue) {
  std::unique_lock lock(mutex_);
  for (;;) {
    queue.ready.wait(lock, [&] { return stopping_ || !queue.tasks.empty(); });
    if (queue.tasks.empty()) return;
    Task task = std::move(queue.tasks.front());
    queue.tasks.pop_front();
    lock.unlock();
    task.done(run(task.question));
    task = {};
    lock.lock();
  }
}

Outcome Host::run(const Question& question) const {
  auto session = library_->connect({options_.folder, options_.memory_bytes});
  if (!session) return refused("Code: 210. DB::Exception: " + session.error().detail + ". (NETWORK_ERROR)");
  std::vector<std::string> preparations;
  if (!question.database.empty()) preparations.push_back("USE `" + question.database + "`");
  if (!question.settings.empty()) preparations.push_back(set_statement(question.settings));
  // Last, because nothing can be set after it.
  if (question.access == Access::read_only || options_.access == Access::read_only)
    preparations.push_back("SET readonly = 1");
  for (const std::string& sql : preparations)
    if (Outcome outcome = session->run(sql, "Null"); !outcome.error.empty()) return outcome;

  const Statement& statement = question.statement;
  if (statement.kind == Statement::Kind::plain)
    return session->run(statement.head, question.format, question.parameters);
  const MemoryFile rows(statement.data);
  if (!rows.good())
    return refused("Code: 243. DB::Exception: No memory for the rows: " + std::string(std::strerror(errno)) +
                   ". (NOT_ENOUGH_SPACE)");
  return session->run(statement.head + " FROM INFILE " + sql_literal(rows.path()) + " COMPRESSION 'none' " +
                          statement.settings + " FORMAT " + statement.format,
                      question.format, question.parameters);
}

}  // namespace etappe::engine

#include "server/engine/chdb.hpp"

#include <dlfcn.h>

#include <charconv>
#include <optional>
#include <system_error>

namespace etappe::engine {

extern "C" {
struct chdb_connection_;
using chdb_connection = chdb_connection_*;
struct chdb_result;
}

struct Library::Functions {
  chdb_connection* (*connect)(int argc, char** argv);
  void (*close_conn)(chdb_connection* connection);
  chdb_result* (*query_with_params_n)(chdb_connection connection, const char* query, std::size_t query_length,
                                      const char* format, std::size_t format_length, const char* const* names,
                                      const std::size_t* name_lengths, const char* const* values,
                                      const std::size_t* value_lengths, std::size_t count);
  char* (*result_buffer)(chdb_result* result);
  std::size_t (*result_length)(chdb_result* result);
  const char* (*result_error)(chdb_result* result);
  std::uint64_t (*result_storage_rows_read)(chdb_result* result);
  std::uint64_t (*result_storage_bytes_read)(chdb_result* result);
  std::uint64_t (*result_rows_written)(chdb_result* result);
  std::uint64_t (*result_bytes_written)(chdb_result* result);
  void (*destroy_query_result)(chdb_result* result);
};

Library::Library(std::unique_ptr<const Functions> functions) : functions_(std::move(functions)) {}
Library::~Library() = default;

Result<std::unique_ptr<Library>, StartFailure> Library::load(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored))
    return fail(StartFailure{ExitCode::library_missing, "no such file: " + file.string()});
  void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* reason = dlerror();
    return fail(StartFailure{ExitCode::library_missing, reason ? reason : "dlopen failed"});
  }
  auto functions = std::make_unique<Functions>();
  const char* absent = nullptr;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(handle, name));
    if (function == nullptr && absent == nullptr) absent = name;
  };
  find(functions->connect, "chdb_connect");
  find(functions->close_conn, "chdb_close_conn");
  find(functions->query_with_params_n, "chdb_query_with_params_n");
  find(functions->result_buffer, "chdb_result_buffer");
  find(functions->result_length, "chdb_result_length");
  find(functions->result_error, "chdb_result_error");
  find(functions->result_storage_rows_read, "chdb_result_storage_rows_read");
  find(functions->result_storage_bytes_read, "chdb_result_storage_bytes_read");
  find(functions->result_rows_written, "chdb_result_rows_written");
  find(functions->result_bytes_written, "chdb_result_bytes_written");
  find(functions->destroy_query_result, "chdb_destroy_query_result");
  if (absent != nullptr)
    return fail(StartFailure{ExitCode::library_unsuited, file.string() + " has no function " + absent});
  // Its handlers would sleep for minutes before a crash becomes visible to the parent.
  if (auto* set = reinterpret_cast<void (*)(int)>(dlsym(handle, "chdb_set_signal_handlers_enabled"))) set(0);
  return std::unique_ptr<Library>(new Library(std::move(functions)));
}

Result<Session, StartFailure> Library::connect(const Boot& boot) const {
  std::vector<std::string> arguments{"etappe-engine", "--path=" + boot.folder.string()};
  if (boot.memory_bytes > 0)
    arguments.push_back("--max_server_memory_usage=" + std::to_string(boot.memory_bytes));
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  chdb_connection* connection = functions_->connect(static_cast<int>(pointers.size()), pointers.data());
  if (connection == nullptr || *connection == nullptr)
    return fail(StartFailure{ExitCode::folder_unusable, "the engine cannot open " + boot.folder.string()});
  return Session(*this, connection);
}

void Session::Close::operator()(void* connection) const {
  library->functions_->close_conn(static_cast<chdb_connection*>(connection));
}

Outcome Session::run(std::string_view sql, std::string_view format, const Parameters& parameters) {
  const Library::Functions& chdb = *connection_.get_deleter().library->functions_;
  std::vector<const char*> names, values;
  std::vector<std::size_t> name_lengths, value_lengths;
  for (const auto& [name, value] : parameters) {
    names.push_back(name.data());
    name_lengths.push_back(name.size());
    values.push_back(value.data());
    value_lengths.push_back(value.size());
  }
  chdb_result* result = chdb.query_with_params_n(
      *static_cast<chdb_connection*>(connection_.get()), sql.data(), sql.size(), format.data(), format.size(),
      names.data(), name_lengths.data(), values.data(), value_lengths.data(), names.size());
  Outcome outcome;
  if (result == nullptr) {
    outcome.error = "Code: 1001. DB::Exception: the engine gave no result. (STD_EXCEPTION)";
    return outcome;
  }
  if (const char* error = chdb.result_error(result); error != nullptr && *error != '\0') {
    outcome.error = error;  // the counters of a failed result are not initialised by the library
  } else {
    if (const char* buffer = chdb.result_buffer(result))
      outcome.body.assign(buffer, chdb.result_length(result));
    outcome.read_rows = chdb.result_storage_rows_read(result);
    outcome.read_bytes = chdb.result_storage_bytes_read(result);
    outcome.written_rows = chdb.result_rows_written(result);
    outcome.written_bytes = chdb.result_bytes_written(result);
  }
  chdb.destroy_query_result(result);
  return outcome;
}

bool is_supported(std::string_view version) {
  const auto number = [&]() -> std::optional<unsigned> {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), value);
    if (error != std::errc{}) return std::nullopt;
    version.remove_prefix(static_cast<std::size_t>(end - version.data()));
    if (!version.empty() && version.front() == '.') version.remove_prefix(1);
    return value;
  };
  const auto major = number();
  const auto minor = number();
  return major == 26u && minor >= 5u;
}

}  // namespace etappe::engine

#include "server/engine/clickhouse_http.hpp"

#include <algorithm>
#include <charconv>

namespace etappe::engine {
namespace {

/// application/x-www-form-urlencoded, as ClickHouse reads its addresses.
std::string decoded(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

/// After ClickHouse's exceptionCodeToHTTPStatus().
unsigned status_of(unsigned code) {
  switch (code) {
    case 6:
    case 26:
    case 27:
    case 33:
    case 36:
    case 38:
    case 41:
    case 43:
    case 44:
    case 53:
    case 62:
    case 69:
    case 70:
    case 72:
    case 117:
    case 158:
    case 170:
    case 386:
    case 456:
    case 457: return 400;
    case 164:
    case 344:
    case 516: return 403;
    case 16:
    case 46:
    case 47:
    case 50:
    case 60:
    case 73:
    case 81:
    case 115: return 404;
    case 159: return 408;
    case 48: return 501;
    case 202:
    case 209:
    case 210:
    case 243: return 503;
    default: return 500;
  }
}

std::string_view content_type(std::string_view format) {
  if (format.starts_with("JSON")) return "application/json; charset=UTF-8";
  if (format.starts_with("CSV")) return "text/csv; charset=UTF-8";
  if (format.starts_with("TabSeparated") || format.starts_with("TSV"))
    return "text/tab-separated-values; charset=UTF-8";
  if (format == "RowBinary" || format == "Native" || format == "Parquet" || format == "Arrow")
    return "application/octet-stream";
  return "text/plain; charset=UTF-8";
}

http::Reply plain(unsigned status, std::string body) {
  return {status, {{"Content-Type", "text/plain; charset=UTF-8"}}, std::move(body)};
}

http::Reply exception(std::string_view text) {
  const unsigned code = code_of(text);
  http::Reply reply = plain(status_of(code), std::string(text) + "\n");
  reply.headers.push_back({"X-ClickHouse-Exception-Code", std::to_string(code)});
  if (reply.status == 503) reply.headers.push_back({"Retry-After", "1"});
  return reply;
}

/// Names of a ClickHouse server's interface that mean nothing here and may be ignored without harm.
bool is_ignored(std::string_view name) {
  return name == "query_id" || name == "quota_key" || name == "wait_end_of_query" || name == "user" ||
         name == "buffer_size" || name == "send_progress_in_http_headers" ||
         name == "client_protocol_version" || name == "http_write_exception_in_output_format";
}

bool comes_from_this_machine(const http::Request& request) {
  std::string_view host = request.header("host");
  if (const std::size_t end = host.rfind(':'); end != std::string_view::npos && host.back() != ']')
    host = host.substr(0, end);
  return request.header("origin").empty() && (host == "127.0.0.1" || host == "localhost" || host == "[::1]");
}

}  // namespace

unsigned code_of(std::string_view error) {
  constexpr std::string_view kPrefix = "Code: ";
  unsigned code = 1001;
  if (error.starts_with(kPrefix))
    std::from_chars(error.data() + kPrefix.size(), error.data() + error.size(), code);
  return code;
}

Result<Question, http::Reply> read_request(http::Request request, Door door) {
  if (door == Door::loopback && !comes_from_this_machine(request))
    return fail(
        exception("Code: 516. DB::Exception: Refused: a page in a browser, or a host name other than "
                  "localhost. (AUTHENTICATION_FAILED)"));
  if (request.path == "/ping") return fail(plain(200, "Ok.\n"));
  if (request.path != "/") return fail(plain(404, "There is no " + request.path + "\n"));
  if (request.method != "GET" && request.method != "HEAD" && request.method != "POST")
    return fail(http::Reply{405, {{"Allow", "GET, POST"}}, {}});
  if (!request.header("content-encoding").empty())
    return fail(exception("Code: 48. DB::Exception: Content-Encoding is not supported. (NOT_IMPLEMENTED)"));

  Question question;
  if (request.method != "POST") question.access = Access::read_only;
  std::string query;
  for (std::string_view rest = request.query; !rest.empty();) {
    const std::string_view piece = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(piece.size() + 1, rest.size()));
    if (piece.empty()) continue;
    const std::size_t equals = std::min(piece.find('='), piece.size());
    std::string name = decoded(piece.substr(0, equals));
    std::string value = decoded(piece.substr(std::min(equals + 1, piece.size())));
    if (name == "query") {
      query += value;
    } else if (name.starts_with("param_")) {
      question.parameters.emplace_back(name.substr(6), std::move(value));
    } else if (name == "default_format") {
      question.format = std::move(value);
    } else if (name == "database") {
      if (!is_setting_name(value))
        return fail(exception("Code: 81. DB::Exception: No such database. (UNKNOWN_DATABASE)"));
      question.database = std::move(value);
    } else if (name == "readonly") {
      if (value != "0") question.access = Access::read_only;
    } else if (!is_ignored(name)) {
      if (!is_setting_name(name))
        return fail(exception("Code: 115. DB::Exception: Not a setting's name. (UNKNOWN_SETTING)"));
      question.settings.emplace_back(std::move(name), std::move(value));
    }
  }
  if (query.empty() && request.body.empty() && request.method != "POST") return fail(plain(200, "Ok.\n"));
  auto statement = read_statement(std::move(query), std::move(request.body));
  if (!statement) return fail(exception(exception_of(statement.error())));
  question.statement = std::move(*statement);
  return question;
}

http::Reply write_reply(Outcome outcome, std::string_view format) {
  if (!outcome.error.empty()) return exception(outcome.error);
  const auto quote = [](std::uint64_t number) { return '"' + std::to_string(number) + '"'; };
  return {200,
          {{"Content-Type", std::string(content_type(format))},
           {"X-ClickHouse-Format", std::string(format)},
           {"X-ClickHouse-Summary", "{\"read_rows\":" + quote(outcome.read_rows) +
                                        ",\"read_bytes\":" + quote(outcome.read_bytes) +
                                        ",\"written_rows\":" + quote(outcome.written_rows) +
                                        ",\"written_bytes\":" + quote(outcome.written_bytes) + "}"}},
          std::move(outcome.body)};
}

http::Reply busy_reply() {
  return exception(
      "Code: 202. DB::Exception: Too many questions are waiting. (TOO_MANY_SIMULTANEOUS_QUERIES)");
}

}  // namespace etappe::engine

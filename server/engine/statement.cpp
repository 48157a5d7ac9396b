#include "server/engine/statement.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace etappe::engine {
namespace {

bool is_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || byte >= 0x80;
}
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

bool same(std::string_view a, std::string_view upper) {
  return a.size() == upper.size() && std::equal(a.begin(), a.end(), upper.begin(), [](char x, char y) {
           return std::toupper(static_cast<unsigned char>(x)) == y;
         });
}

/// Walks the tokens outside of quotes and comments. ClickHouse's lexer, as far as word boundaries need it.
class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) {}

  struct Token {
    std::string_view text;
    std::size_t begin = 0;
    int depth = 0;  ///< of round brackets
  };
  /// Words and single signs; a quoted text is passed over as a token of one sign, its opening quote.
  std::optional<Token> next() {
    skip_blank();
    if (at_ >= text_.size() || unterminated_) return std::nullopt;
    const std::size_t begin = at_;
    const char c = text_[at_];
    if (c == '\'' || c == '"' || c == '`') {
      skip_quoted(c);
      return Token{text_.substr(begin, 1), begin, depth_};
    }
    if (c == '$' && skip_heredoc()) return Token{text_.substr(begin, 1), begin, depth_};
    if (is_word(c)) {
      while (at_ < text_.size() && is_word(text_[at_])) ++at_;
      return Token{text_.substr(begin, at_ - begin), begin, depth_};
    }
    ++at_;
    if (c == '(') ++depth_;
    if (c == ')') --depth_;
    return Token{text_.substr(begin, 1), begin, depth_};
  }
  [[nodiscard]] std::size_t position() const { return at_; }
  [[nodiscard]] bool unterminated() const { return unterminated_; }

 private:
  void skip_blank() {
    while (at_ < text_.size()) {
      const std::string_view rest = text_.substr(at_);
      if (is_space(rest.front())) {
        ++at_;
      } else if (rest.starts_with("--") || rest.starts_with("#!") || rest.starts_with("# ")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (rest.starts_with("/*")) {
        const std::size_t end = text_.find("*/", at_ + 2);
        unterminated_ = end == std::string_view::npos;
        at_ = unterminated_ ? text_.size() : end + 2;
      } else {
        return;
      }
    }
  }
  void skip_quoted(char quote) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\') {
        ++at_;
      } else if (text_[at_] == quote) {
        ++at_;
        return;  // a doubled quote is read as a second quoted text, which ends at the same place
      }
    }
    unterminated_ = true;
    at_ = text_.size();
  }
  bool skip_heredoc() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && is_word(text_[end])) ++end;
    if (end >= text_.size() || text_[end] != '$') return false;
    const std::string_view mark = text_.substr(at_, end + 1 - at_);
    const std::size_t close = text_.find(mark, end + 1);
    if (close == std::string_view::npos) return false;
    at_ = close + mark.size();
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool unterminated_ = false;
};

bool reads_only(std::string_view word) {
  constexpr std::array kReaders{"SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN"};
  return word == "(" ||
         std::any_of(kReaders.begin(), kReaders.end(), [&](auto name) { return same(word, name); });
}

/// Where rows begin after `FORMAT name`: blanks and one line break belong to neither.
std::size_t data_begin(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r')) ++at;
  return at < text.size() && text[at] == '\n' ? at + 1 : at;
}

}  // namespace

std::string_view exception_of(StatementError error) {
  switch (error) {
    case StatementError::empty: return "Code: 62. DB::Exception: Empty query. (SYNTAX_ERROR)";
    case StatementError::several_statements:
      return "Code: 62. DB::Exception: Multi-statements are not allowed. (SYNTAX_ERROR)";
    case StatementError::file_access:
      return "Code: 344. DB::Exception: INTO OUTFILE and FROM INFILE are not allowed. (SUPPORT_IS_DISABLED)";
    case StatementError::unterminated:
      return "Code: 62. DB::Exception: A quoted text or comment does not end. (SYNTAX_ERROR)";
  }
  return {};
}

Result<Statement, StatementError> read_statement(std::string query, std::string body) {
  const bool apart = !query.empty() && !body.empty();
  std::string text = query.empty() ? std::move(body) : std::move(query);
  Tokens tokens(text);

  Statement statement;
  const auto first = tokens.next();
  if (tokens.unterminated()) return fail(StatementError::unterminated);
  if (!first) return fail(StatementError::empty);
  const bool insert = same(first->text, "INSERT");
  statement.effect = reads_only(first->text) ? Statement::Effect::reads : Statement::Effect::writes;

  bool other_source = false;  // rows of this INSERT come from VALUES or a query
  std::size_t settings_at = std::string::npos;
  std::optional<Tokens::Token> before;
  for (auto token = tokens.next(); token; before = token, token = tokens.next()) {
    if (token->text == ";") {
      if (tokens.next() || tokens.unterminated() || apart) return fail(StatementError::several_statements);
      text.resize(token->begin);
      break;
    }
    if (same(token->text, "OUTFILE") || same(token->text, "INFILE")) return fail(StatementError::file_access);
    if (token->depth != 0) continue;
    if (insert && (same(token->text, "SELECT") || same(token->text, "WITH") || same(token->text, "VALUES")))
      other_source = true;
    if (insert && !other_source && same(token->text, "SETTINGS")) settings_at = token->begin;
    if (same(token->text, "FORMAT")) {
      const std::size_t format_at = token->begin;
      const auto name = tokens.next();
      if (!name || !is_word(name->text.front())) continue;  // a column of that name
      statement.format = std::string(name->text);
      if (!insert || other_source || same(name->text, "VALUES")) {
        other_source = insert;
        continue;
      }
      statement.kind = Statement::Kind::insert_data;
      const std::size_t rows_at = data_begin(text, tokens.position());
      const std::size_t head_end = std::min(settings_at, format_at);
      statement.head = text.substr(0, head_end);
      statement.settings = text.substr(head_end, format_at - head_end);
      if (rows_at >= text.size() && apart) {
        statement.data = std::move(body);
      } else {
        statement.data = text.substr(rows_at);
        if (apart) statement.data.append("\n").append(body);
      }
      return statement;
    }
  }
  if (tokens.unterminated()) return fail(StatementError::unterminated);
  if (apart) {
    // Only the first half was looked at: read the whole again, now as one text.
    return read_statement(text.append("\n").append(body), {});
  }
  statement.head = std::move(text);
  return statement;
}

}  // namespace etappe::engine

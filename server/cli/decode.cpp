// etappe decode [FILE|-]: a binary batch as lines of JSON.

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "server/cli/commands.hpp"
#include "server/cli/complain.hpp"
#include "server/decode/decode.hpp"

namespace etappe::cli {
namespace {

int decode_batch(const std::string& file) {
  std::string bytes;
  if (file == "-") {
    bytes.assign(std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>());
  } else {
    std::ifstream in(file, std::ios::binary);
    if (!in) return complain("file_unreadable", file + ": cannot be read");
    bytes.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  const auto lines = decode::to_ndjson(std::as_bytes(std::span(bytes)));
  if (!lines) return complain(codec::name_of(lines.error()), file + ": is no batch of docs/wire-format.md");
  const bool written = std::fwrite(lines->data(), 1, lines->size(), stdout) == lines->size();
  return written ? kFine : complain("write_failed", "stdout cannot be written");
}

}  // namespace

void add_decode(CLI::App& app, Action& action) {
  auto file = std::make_shared<std::string>("-");
  CLI::App* command = app.add_subcommand("decode", "print a binary batch as lines of JSON");
  command->add_option("FILE", *file, "the batch; - is stdin")->capture_default_str();
  command->callback([file, &action] { action = [file] { return decode_batch(*file); }; });
}

}  // namespace etappe::cli

// For schema_test.mjs: an author's form a line on stdin, "ok" or "error" a line on stdout.
#include <iostream>
#include <iterator>
#include <string>

#include "server/container/container.hpp"

int main(int count, char**) {
  if (count > 1) {  // one form on stdin, its bytes on stdout: for tests/golden
    const std::string form{std::istreambuf_iterator<char>(std::cin), {}};
    const auto compiled = etappe::container::compile(form);
    std::cout.write(reinterpret_cast<const char*>(compiled.bytes.data()),
                    static_cast<std::streamsize>(compiled.bytes.size()));
    return compiled.ok() ? 0 : 1;
  }
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << (etappe::container::compile(line).ok() ? "ok\n" : "error\n");
  }
}

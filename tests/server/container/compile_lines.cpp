// For schema_test.mjs: an author's form a line on stdin, "ok" or "error" a line on stdout.
#include <iostream>
#include <string>

#include "server/container/container.hpp"

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << (etappe::container::compile(line).ok() ? "ok\n" : "error\n");
  }
}

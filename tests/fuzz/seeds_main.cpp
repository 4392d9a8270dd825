// Runs a fuzz target without libFuzzer: on every seed of a folder, and on the same few hundred mutations of each, with
// any compiler. Prints the input of a finding and where it lies.
//
// usage: TARGET SEEDS [MUTATIONS]    exit codes: 0 fine, 1 a finding, 2 bad usage

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/base/rng.hpp"
#include "tests/fuzz/target.hpp"

namespace {

namespace fs = std::filesystem;
using sluice::Rng;

struct Seed {
  std::string name, text;
};

std::vector<Seed> read_seeds(const fs::path& folder) {
  std::vector<Seed> seeds;
  for (const auto& entry : fs::directory_iterator{folder}) {
    std::ifstream file{entry.path(), std::ios::binary};
    seeds.push_back({entry.path().filename().string(), {std::istreambuf_iterator<char>{file}, {}}});
  }
  std::sort(seeds.begin(), seeds.end(), [](const Seed& a, const Seed& b) { return a.name < b.name; });
  return seeds;
}

/// What tends to break readers.
constexpr std::string_view words[] = {
    "-1",
    "0",
    "9223372036854775807",
    "99999999999999999999",
    "1e308",
    "nan",
    "[",
    "]",
    "[0-9]",
    ",",
    "=",
    ":",
    "\n",
    "\r\n",
    "\"",
    "'",
    "\\",
    "#",
    "|",
    "UNLIMITED",
    "%",
    "@",
    "(",
    "{",
    "}",
    "\t",
    " ",
    "-",
    "..",
    "null",
    "\x80",
    "/",
    std::string_view{"\0", 1},
};

/// One small change.
void mutate(std::string& text, const std::vector<Seed>& seeds, Rng& random) {
  const auto at = static_cast<std::size_t>(random.below(text.size() + 1));
  const auto length = static_cast<std::size_t>(random.below(std::min<std::size_t>(text.size() - at, 32) + 1));
  switch (random.below(6)) {
    case 0: text.erase(at, length); break;
    case 1: text.insert(at, text.substr(at, length)); break;
    case 2: text.insert(at, words[random.below(std::size(words))]); break;
    case 3: text.replace(at, length, words[random.below(std::size(words))]); break;
    case 4:
      if (at < text.size()) text[at] = static_cast<char>(random.below(256));
      break;
    default: {  // the front of one, the end of another
      const std::string& other = seeds[random.below(seeds.size())].text;
      text = text.substr(0, at) + other.substr(random.below(other.size() + 1));
    }
  }
}

bool holds(const std::string& name, const std::string& text) {
  const std::vector<std::uint8_t> bytes{text.begin(), text.end()};
  try {
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    return true;
  } catch (const std::exception& finding) {
    fmt::print(stderr, "{}: {}\n", name, finding.what());
  }
  const fs::path file = fs::current_path() / ("finding-" + name);
  std::ofstream{file, std::ios::binary} << text;
  fmt::print(stderr, "the input is kept as {}\n", file.string());
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t mutations = 100;
  const std::string_view number = argc > 2 ? argv[2] : "100";
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), mutations);
  if (argc < 2 || argc > 3 || error != std::errc{} || end != number.data() + number.size() ||
      !fs::is_directory(argv[1])) {
    fmt::print(stderr, "usage: {} SEEDS [MUTATIONS]\n", argv[0]);
    return 2;
  }
  const auto seeds = read_seeds(argv[1]);
  std::size_t findings = 0;
  for (const auto& [name, text] : seeds) {
    findings += holds(name, text) ? 0U : 1U;
    Rng random{1, name};
    for (std::uint64_t i = 0; i < mutations; ++i) {
      std::string changed = text;
      for (auto left = 1 + random.below(4); left > 0; --left) mutate(changed, seeds, random);
      findings += holds(fmt::format("{}-{}", name, i), changed) ? 0U : 1U;
    }
  }
  fmt::print("{} seeds, {} mutations of each, {} findings\n", seeds.size(), mutations, findings);
  return findings == 0 && !seeds.empty() ? 0U : 1U;
}

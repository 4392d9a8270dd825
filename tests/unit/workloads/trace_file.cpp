#include "tests/unit/workloads/trace_file.hpp"

#include <unistd.h>

#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_streambuf.hpp>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace sluice::workloads {
namespace {

std::filesystem::path make_folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "sluice-trace-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error{"cannot make a temporary folder"};
  return pattern;
}

}  // namespace

TraceFile::TraceFile(std::string_view name, std::string_view content) : path_{make_folder() / name} {
  std::ofstream{path_, std::ios::binary} << content;
}

TraceFile::~TraceFile() {
  std::error_code ignored;
  std::filesystem::remove_all(path_.parent_path(), ignored);
}

TraceRead read_trace(const std::filesystem::path& path, const ReadOptions& options) {
  Diagnostics diags;
  TraceRead result{read_workload(path, options, diags), diags.text()};
  if (result.workload.has_value() != diags.ok()) throw std::logic_error{"a workload exactly when there is no error"};
  const std::string folder = path.parent_path().string() + '/';
  for (auto at = result.text.find(folder); at != std::string::npos; at = result.text.find(folder))
    result.text.erase(at, folder.size());
  return result;
}

TraceRead read_text(std::string_view content, const ReadOptions& options, std::string_view name) {
  const TraceFile file{name, content};
  return read_trace(file.path(), options);
}

std::string packed(std::string_view content, Packed how) {
  namespace io = boost::iostreams;
  std::istringstream plain{std::string{content}};
  io::filtering_istreambuf stream;
  if (how == Packed::gzip) stream.push(io::gzip_compressor{});
  if (how == Packed::zstd) stream.push(io::zstd_compressor{});
  stream.push(plain);
  return {std::istreambuf_iterator<char>{&stream}, {}};
}

}  // namespace sluice::workloads

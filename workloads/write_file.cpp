#include "workloads/write_file.hpp"

#include <boost/iostreams/categories.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_stream.hpp>
#include <ostream>

#include "simulator/base/atomic_file.hpp"

namespace sluice::workloads {
namespace {

namespace io = boost::iostreams;

/// Where the filters end: the file.
class FileSink {
 public:
  using char_type = char;
  using category = io::sink_tag;

  explicit FileSink(AtomicFile& file) : file_{&file} {}
  std::streamsize write(const char* text, std::streamsize size) {
    file_->write({text, static_cast<std::size_t>(size)});
    return size;
  }

 private:
  AtomicFile* file_;
};

}  // namespace

void write_packed_file(const std::filesystem::path& file, const std::function<void(std::ostream&)>& write) {
  AtomicFile atomic{file};
  {
    io::filtering_ostream stream;
    if (file.extension() == ".gz") stream.push(io::gzip_compressor{});
    if (file.extension() == ".zst") stream.push(io::zstd_compressor{});
    stream.push(FileSink{atomic}, 1 << 16);
    stream.exceptions(std::ios::badbit);  // lets a WriteError through
    write(stream);
    stream.reset();
  }
  atomic.commit();
}

}  // namespace sluice::workloads

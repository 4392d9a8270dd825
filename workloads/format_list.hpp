#pragma once
// What each format file gives to the table in formats.cpp. See Format for what the two functions promise.

#include <string_view>

namespace sluice::workloads {

class LineSource;
class JobSink;

bool recognises_csv(std::string_view head);
void read_csv(LineSource& lines, JobSink& sink);

bool recognises_helios(std::string_view head);
void read_helios(LineSource& lines, JobSink& sink);

bool recognises_itp(std::string_view head);
void read_itp(LineSource& lines, JobSink& sink);

bool recognises_swf(std::string_view head);
void read_swf(LineSource& lines, JobSink& sink);

}  // namespace sluice::workloads

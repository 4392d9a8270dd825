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

bool recognises_sacct(std::string_view head);
void read_sacct(LineSource& lines, JobSink& sink);

bool recognises_sbatch(std::string_view head);
void read_sbatch(LineSource& lines, JobSink& sink);

bool recognises_script_list(std::string_view head);
void read_script_list(LineSource& lines, JobSink& sink);

bool recognises_ub_events(std::string_view head);
void read_ub_events(LineSource& lines, JobSink& sink);

bool recognises_swf(std::string_view head);
void read_swf(LineSource& lines, JobSink& sink);

bool recognises_acme(std::string_view head);
void read_acme(LineSource& lines, JobSink& sink);

bool recognises_azure_llm(std::string_view head);
void read_azure_llm(LineSource& lines, JobSink& sink);

bool recognises_batsim(std::string_view head);
void read_batsim(LineSource& lines, JobSink& sink);

bool recognises_dlrm(std::string_view head);
void read_dlrm(LineSource& lines, JobSink& sink);

bool recognises_eagle(std::string_view head);
void read_eagle(LineSource& lines, JobSink& sink);

bool recognises_gaia(std::string_view head);
void read_gaia(LineSource& lines, JobSink& sink);

bool recognises_gavel(std::string_view head);
void read_gavel(LineSource& lines, JobSink& sink);

bool recognises_muri(std::string_view head);
void read_muri(LineSource& lines, JobSink& sink);

bool recognises_openb(std::string_view head);
void read_openb(LineSource& lines, JobSink& sink);

bool recognises_pai(std::string_view head);
void read_pai(LineSource& lines, JobSink& sink);

bool recognises_philly_csv(std::string_view head);
void read_philly_csv(LineSource& lines, JobSink& sink);

bool recognises_philly_json(std::string_view head);
void read_philly_json(LineSource& lines, JobSink& sink);

bool recognises_sia(std::string_view head);
void read_sia(LineSource& lines, JobSink& sink);

bool recognises_spot(std::string_view head);
void read_spot(LineSource& lines, JobSink& sink);

bool recognises_tiresias(std::string_view head);
void read_tiresias(LineSource& lines, JobSink& sink);

}  // namespace sluice::workloads

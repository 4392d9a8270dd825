"""Proves that scripts/check_layers finds what is planted, where it is planted, and nothing in a sound tree."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "check_layers"

SOUND = {
    "CMakeLists.txt": "project(sluice)\n",
    ".gitignore": "/build/\n",
    "build/anything.txt": "",
    "simulator/base/CMakeLists.txt": "sluice_library(base\n  HEADERS units.hpp\n  DEPENDS fmt::fmt)\n",
    "simulator/base/units.hpp": "#include <fmt/format.h>\n#include <cstdint>\n",
    "simulator/model/CMakeLists.txt":
        "sluice_library(model\n  SOURCES graph.cpp\n  HEADERS job.hpp\n"
        "  DEPENDS sluice::base\n  PRIVATE_DEPENDS Boost::headers)\n",
    "simulator/model/job.hpp": '#include "simulator/base/units.hpp"\n',
    "simulator/model/graph.cpp": '#include <boost/graph/adjacency_list.hpp>\n#include "simulator/model/job.hpp"\n',
    "simulator/engine/CMakeLists.txt":
        "sluice_library(engine\n  HEADERS observer.hpp loop.hpp\n  DEPENDS sluice::model)\n",
    # base comes with model: what is public travels.
    "simulator/engine/observer.hpp": '#include "simulator/base/units.hpp"\n#include "simulator/model/job.hpp"\n',
    "simulator/engine/loop.hpp": "",
    "simulator/report/CMakeLists.txt":
        "sluice_library(report\n  SOURCES sqlite.cpp\n  DEPENDS sluice::engine\n  PRIVATE_DEPENDS SQLite::SQLite3)\n",
    "simulator/report/sqlite.cpp": '#include <sqlite3.h>\n\n#include "simulator/engine/observer.hpp"\n',
    "simulator/app/CMakeLists.txt":
        "sluice_library(app\n  SOURCES main.cpp\n  DEPENDS sluice::report sluice::api)\n",
    "simulator/app/main.cpp": '#include <CLI/CLI.hpp>\n\n#include "policies/api/pass.hpp"\n',
    "policies/CMakeLists.txt": "add_subdirectory(api)\n",
    "policies/api/CMakeLists.txt": "sluice_library(api HEADERS pass.hpp DEPENDS sluice::model)\n",
    "policies/api/pass.hpp": '#include "simulator/model/job.hpp"\n',
    "policies/priority/CMakeLists.txt": "sluice_library(priority SOURCES age.cpp DEPENDS sluice::api)\n",
    "policies/priority/age.cpp": '#include "policies/api/pass.hpp"\n',
    "policies/scheduler/CMakeLists.txt": "sluice_library(scheduler SOURCES easy.cpp DEPENDS sluice::api)\n",
    "policies/scheduler/easy.cpp": '#include "policies/api/pass.hpp"\n',
    "tests/unit/any_test.cpp": '#include <catch2/catch.hpp>\n\n#include "simulator/app/main.hpp"\n',
}


def check(changes):
    """The exit code and the lines printed for the sound tree with some files changed, added or (None) removed."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in {**SOUND, **changes}.items():
            if text is not None:
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
        run = subprocess.run([sys.executable, SCRIPT, "--root", root], capture_output=True, text=True, check=False)
        return run.returncode, run.stdout.splitlines() + run.stderr.splitlines()


class CheckLayers(unittest.TestCase):
    def assert_finds(self, changes, *lines):
        self.assertEqual(check(changes), (1, list(lines)))

    def assert_sound(self, changes):
        self.assertEqual(check(changes), (0, []))

    def test_a_sound_tree_passes(self):
        self.assert_sound({})

    def test_a_room_below_may_not_include_a_room_above(self):
        self.assert_finds(
            {"simulator/base/units.hpp": '\n#include "simulator/model/job.hpp"\n'},
            "simulator/base/units.hpp:2: simulator/base may not include simulator/model: simulator/model/job.hpp")

    def test_a_policy_may_not_include_the_engine(self):
        self.assert_finds(
            {"policies/scheduler/easy.cpp": '#include "simulator/engine/loop.hpp"\n'},
            "policies/scheduler/easy.cpp:1: policies/scheduler may not include simulator/engine: "
            "simulator/engine/loop.hpp")

    def test_a_family_may_not_include_another_family(self):
        self.assert_finds(
            {"policies/scheduler/easy.cpp": '#  include "policies/priority/age.hpp"\n'},
            "policies/scheduler/easy.cpp:1: policies/scheduler may not include policies/priority: "
            "policies/priority/age.hpp")

    def test_the_engine_may_not_name_a_policy(self):
        self.assert_finds(
            {"simulator/engine/loop.hpp": '#include "policies/priority/age.hpp"\n'},
            "simulator/engine/loop.hpp:1: simulator/engine may not include policies/priority: "
            "policies/priority/age.hpp")

    def test_report_sees_only_the_engines_events_and_observers(self):
        self.assert_finds(
            {"simulator/report/sqlite.cpp": '#include "simulator/engine/loop.hpp"\n'},
            "simulator/report/sqlite.cpp:1: simulator/report may include of simulator/engine only its events and "
            "observers: simulator/engine/loop.hpp")

    def test_nobody_includes_tests_or_the_app(self):
        self.assert_finds(
            {"simulator/report/sqlite.cpp": '#include "simulator/app/main.hpp"\n#include "tests/support/a.hpp"\n'},
            "simulator/report/sqlite.cpp:1: nobody includes simulator/app: simulator/app/main.hpp",
            "simulator/report/sqlite.cpp:2: nobody includes tests: tests/support/a.hpp")

    def test_paths_start_at_the_root(self):
        self.assert_finds(
            {"simulator/model/job.hpp": '#include "graph.hpp"\n'},
            'simulator/model/job.hpp:1: "graph.hpp" is not a path from the root into a room')

    def test_a_test_may_name_the_helper_beside_it(self):
        self.assert_sound({"tests/unit/any_test.cpp": '#include "helper.hpp"\n', "tests/unit/helper.hpp": ""})

    def test_a_library_stays_in_its_rooms(self):
        self.assert_finds(
            {"simulator/engine/loop.hpp": "#include <nlohmann/json.hpp>\n#include <CLI/CLI.hpp>\n"},
            "simulator/engine/loop.hpp:1: simulator/engine may not use nlohmann/json: <nlohmann/json.hpp>",
            "simulator/engine/loop.hpp:2: simulator/engine may not use CLI11: <CLI/CLI.hpp>")

    def test_boost_graph_stays_in_the_models_sources(self):
        self.assert_finds(
            {"simulator/model/job.hpp": "#include <boost/graph/adjacency_list.hpp>\n"},
            "simulator/model/job.hpp:1: Boost.Graph belongs in .cpp files only: <boost/graph/adjacency_list.hpp>")
        self.assert_finds(
            {"simulator/engine/loop.hpp": "#include <boost/graph/adjacency_list.hpp>\n"},
            "simulator/engine/loop.hpp:1: simulator/engine may not use Boost.Graph (graphs are a detail of "
            "simulator/model): <boost/graph/adjacency_list.hpp>")

    def test_the_engine_knows_no_files_and_nobody_the_standard_distributions(self):
        self.assert_finds(
            {"simulator/engine/loop.hpp": "#include <fstream>\n#include <random>\n"},
            "simulator/engine/loop.hpp:1: simulator/engine may not use files (only readers, writers and the app know "
            "files): <fstream>",
            "simulator/engine/loop.hpp:2: simulator/engine may not use <random> (its distributions differ between "
            "libraries: simulator/base/rng.hpp): <random>")

    def test_an_unknown_library_must_enter_the_table(self):
        self.assert_finds(
            {"simulator/model/job.hpp": "#include <absl/strings.h>\n"},
            "simulator/model/job.hpp:1: <absl/strings.h> is of no library in the table of scripts/check_layers")

    def test_a_target_may_not_depend_on_a_room_above_or_a_library_of_others(self):
        self.assert_finds(
            {"simulator/base/CMakeLists.txt":
                 "# base\nsluice_library(base\n  HEADERS units.hpp\n  DEPENDS sluice::model CLI11::CLI11 fmt::fmt)\n"},
            "simulator/base/CMakeLists.txt:4: simulator/base may not depend on simulator/model: sluice::model",
            "simulator/base/CMakeLists.txt:4: simulator/base may not use CLI11: CLI11::CLI11")

    def test_a_target_names_what_its_files_use(self):
        self.assert_finds(
            {"policies/scheduler/CMakeLists.txt": "sluice_library(scheduler SOURCES easy.cpp)\n"},
            "policies/scheduler/easy.cpp:1: sluice::scheduler uses policies/api but does not name it in its DEPENDS or "
            "PRIVATE_DEPENDS")

    def test_what_a_header_uses_is_a_public_need(self):
        self.assert_finds(
            {"policies/api/CMakeLists.txt": "sluice_library(api HEADERS pass.hpp PRIVATE_DEPENDS sluice::model)\n",
             "policies/priority/age.cpp": "", "policies/scheduler/easy.cpp": ""},
            "policies/api/pass.hpp:1: sluice::api uses simulator/model but does not name it in its DEPENDS")

    def test_a_dependency_exists(self):
        self.assert_finds(
            {"policies/scheduler/CMakeLists.txt":
                 "sluice_library(scheduler SOURCES easy.cpp\n  DEPENDS sluice::api sluice::nothing)\n"},
            "policies/scheduler/CMakeLists.txt:2: no folder makes sluice::nothing")

    def test_a_file_belongs_to_a_target(self):
        self.assert_finds(
            {"simulator/model/forgotten.hpp": ""},
            "simulator/model/forgotten.hpp:1: no CMakeLists.txt names this file")

    def test_the_top_level_is_fixed(self):
        self.assert_finds(
            {"utils/helper.py": "", "LICENSE": ""},
            "utils:1: the top level is fixed: put this into one of its folders")

    def test_a_new_room_must_enter_the_table(self):
        self.assert_finds(
            {"simulator/misc/notes.txt": "", "policies/magic/notes.txt": "", "simulator/decisions/0001.md": ""},
            "simulator/misc:1: this folder is no room: add it to scripts/check_layers or move it",
            "policies/magic:1: this folder is no room: add it to scripts/check_layers or move it")


if __name__ == "__main__":
    unittest.main()

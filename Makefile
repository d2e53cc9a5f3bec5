# Cloud UBA: build, run, test. `make` alone lists the targets.
#
# Needed: rustup with cargo, make, a C++ compiler, node with npm. The rest is installed from here: tools beside the
# build, packages of the system where this runs as root on Debian.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# All that is built, tools included, lies in one folder, which may be outside the checkout.
export CARGO_TARGET_DIR := $(abspath $(or $(CARGO_TARGET_DIR),target))

TOOLS := $(CARGO_TARGET_DIR)/tools
WASM  := wasm32-unknown-unknown

# What `make bench` measures.
PROFILE ?= release

# The tool must be of the very version of the library.
BINDGEN_VERSION := $(shell sed -n '/^name = "wasm-bindgen"$$/{n;s/^version = "\(.*\)"/\1/p}' Cargo.lock)
BINDGEN         := $(TOOLS)/wasm-bindgen-cli-$(BINDGEN_VERSION)/bin/wasm-bindgen
DENY_VERSION    := 0.20.2
DENY            := $(TOOLS)/cargo-deny-$(DENY_VERSION)/bin/cargo-deny

UBA    := $(CARGO_TARGET_DIR)/debug/uba
LAB    := $(CARGO_TARGET_DIR)/debug/lab
SAMPLE := server/assets/sample/activity.csv.gz
CALM   := $(CARGO_TARGET_DIR)/calm.csv.gz

# The Python packages that explanations are compared with, and the one that tries out the REST API.
PARITY       := $(TOOLS)/parity
SCHEMATHESIS := $(TOOLS)/schemathesis

FRONTEND := $(CARGO_TARGET_DIR)/$(WASM)/wasm-release/frontend.wasm
PKG      := $(CARGO_TARGET_DIR)/site/pkg

.PHONY: help run release dev bundle check test e2e bench parity quality soak fuzz model lab native wasm

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: bundle native ## build and serve the page on http://localhost:5000
	cargo run --package server -- serve --demo

release: bundle native ## build the optimised binary
	cargo build --release --package server
	@ls -l $(CARGO_TARGET_DIR)/release/uba

dev: $(BINDGEN) native wasm ## serve the page, anew after every change of a source file
	@BINDGEN=$(BINDGEN) scripts/dev

bundle: $(PKG)/uba.js ## build what the browser runs

check: $(DENY) native wasm ## check format, lints, documentation and licences
	cargo fmt --all --check
	cargo clippy --all-targets -- --deny warnings
	cargo clippy --package frontend --package app --package shared --features app/hydrate --target $(WASM) -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' cargo doc --no-deps --document-private-items
	$(DENY) check --allow no-license-field bans licenses sources

test: bundle native ## run every test: native, wasm, browser
	cargo test
	CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=$(BINDGEN)-test-runner cargo test --package shared --target $(WASM)
	$(MAKE) e2e

e2e: bundle native end2end/node_modules ## run the tests in a browser alone
	@scripts/require 'command -v chromium' chromium
	cargo build --package server
	UBA=$(UBA) node --test end2end/*.test.mjs

bench: native ## measure speed on this machine (PROFILE=dev: of what `make run` builds, without the optimised build)
	@echo "profile: $(PROFILE)"
	cargo bench --profile $(PROFILE) --package shared --benches
	cargo bench --profile $(PROFILE) --package lab
	cargo bench --profile $(PROFILE) --package server

parity: $(PARITY)/installed ## compare explanations with the Python packages shap and lime
	cargo build --package shared --examples
	gzip --decompress --stdout $(SAMPLE) | $(CARGO_TARGET_DIR)/debug/examples/shap_of_log > $(PARITY)/shap.json
	$(PARITY)/bin/python scripts/parity/shap_reference.py compare $(PARITY)/shap.json
	$(PARITY)/bin/python scripts/parity/lime_reference.py $(PARITY)/lime.json 5000
	UBA_LIME_REFERENCE=$(PARITY)/lime.json cargo test --package shared --test explanation python_lime

quality: $(CALM) ## measure detection on real and generated logs; writes docs/QUALITY.md
	cargo build --package shared --example evidence
	python3 scripts/quality/report.py $(LAB) $(CARGO_TARGET_DIR)/debug/examples/evidence $(SAMPLE) $(CALM) docs/QUALITY.md

soak: native $(SCHEMATHESIS)/installed ## run the property tests for long, fuzz every input for a minute and the API for five, score ten million records with damage, fill the server's disk, and kill it a hundred times
	PROPTEST_CASES=20000 cargo test --package shared
	$(MAKE) fuzz
	UBA_DAMAGED_RECORDS=10000000 cargo test --package lab --test it damaged_record -- --nocapture
	UBA_FULL_DISKS=20 cargo test --package server --test it full_disk -- --ignored --nocapture
	UBA_KILLS=100 cargo test --package server --test it killed_again -- --nocapture
	cargo build --package server
	scripts/schemathesis/run $(UBA) $(SCHEMATHESIS)/bin/schemathesis 300

fuzz: native ## feed every parser with random and damaged input for a minute each
	UBA_FUZZ_SECONDS=60 cargo test --package shared --test fuzz
	UBA_FUZZ_SECONDS=60 cargo test --package server --lib whatever_a_row_holds
	UBA_FUZZ_SECONDS=60 cargo test --package server --test it fuzz::

model: $(CALM) ## train the shipped model anew: on the sample log, and on a generated log without attacks
	$(LAB) train --data $(SAMPLE) $(CALM) --output shared/assets/model.json

$(CALM): lab
	$(LAB) generate --users 200 --days 120 --attacks none --life ordinary --seed 7 --out $@

# wasm-bindgen runs only when cargo has written a new file: an unchanged page is not embedded anew.
$(PKG)/uba.js: $(FRONTEND) $(BINDGEN)
	$(BINDGEN) --target web --no-typescript --remove-name-section --remove-producers-section --out-name uba --out-dir $(@D) $<

$(FRONTEND): wasm
	cargo build --package frontend --target $(WASM) --profile wasm-release

# The commands that need no database.
lab:
	cargo build --package lab

# RocksDB is built with a C++ compiler and bound with libclang.
native:
	@scripts/require 'clang --version && find /usr/lib* -name "libclang[-.]*so*" | grep .' clang libclang-dev

wasm:
	@[ -d "$$(rustc --print target-libdir --target $(WASM))" ] || rustup target add $(WASM)

end2end/node_modules: end2end/package-lock.json
	cd $(@D) && npm ci
	@touch $@

$(TOOLS)/%/installed: scripts/%/requirements.txt
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --requirement $<
	@touch $@

# $(call install,CRATE,VERSION,FLAGS) puts a tool into a folder of its version.
define install
cargo install $(1) --version $(2) $(3) --root $(TOOLS)/$(1)-$(2) --target-dir $(TOOLS)/build
rm -rf $(TOOLS)/build
endef

$(BINDGEN):
	$(call install,wasm-bindgen-cli,$(BINDGEN_VERSION))

$(DENY):
	$(call install,cargo-deny,$(DENY_VERSION),--locked)

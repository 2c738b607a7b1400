# SPDX-License-Identifier: Apache-2.0
# The doors of the project. Each target does its own set-up and asks nothing; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Node may come from the machine or from the cache: every recipe that needs it starts with this.
NODE_ENV = export PATH="$$(deploy/setup/node):$$PATH"
TSC_SOURCES = $(shell find apps libs test -name '*.ts' -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
STAMPS := build/stamps

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

##@ Set-up

.PHONY: setup
setup: setup-build setup-test setup-lab ## Install what all targets need (packages, Node, npm modules)

.PHONY: setup-build setup-test setup-lab setup-bench
setup-build: ## Install what `make build` needs
	@deploy/setup/packages build
setup-test: ## Install what the tests need
	@deploy/setup/packages build test
setup-lab: ## Install what the lab needs
	@deploy/setup/packages build test lab
setup-bench: ## Install what the benchmarks need
	@deploy/setup/packages build test lab bench

$(STAMPS)/npm: package.json package-lock.json $(wildcard apps/*/package.json libs/*/package.json test/package.json)
	@mkdir -p $(STAMPS)
	@echo "npm: installing the locked packages"
	@$(NODE_ENV); npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

##@ Build

.PHONY: build build-c build-node
build: build-c build-node ## Build the module, the C library and tool, the binding and the TypeScript apps

build-c: setup-build
	@$(MAKE) -C kernel/m3ipc
	@$(MAKE) -C libs/m3ipc-c

build-node: setup-build build-c $(STAMPS)/tsc
	@$(NODE_ENV); $(MAKE) -C libs/m3ipc-node
	@$(NODE_ENV); node apps/drvsctl/build.mjs

$(STAMPS)/tsc: $(STAMPS)/npm $(TSC_SOURCES) $(wildcard tsconfig*.json */*/tsconfig.json)
	@echo "tsc: compiling apps, libs and test"
	@$(NODE_ENV); node_modules/.bin/tsc -b
	@touch $@

.PHONY: package
package: build ## Build the Debian packages into build/packages
	@$(NODE_ENV); deploy/packages/build

##@ The lab

.PHONY: up down
up: setup-lab package ## Start the whole system on a lab of three real kernels
	@$(NODE_ENV); deploy/lab/lab up
down: ## Stop the lab
	@deploy/lab/lab down

##@ Tests

.PHONY: test test-small test-medium test-kernel test-kernel-matrix test-model test-debug test-stress test-e2e test-long test-servers test-dkms test-containers lint bench
test: ## Run every test that guards the main branch
	@deploy/setup/packages build test lab
	@test/run all
lint: ## Check formatting, style, arrows and budgets
	@deploy/setup/packages build test
	@test/run lint
test-small: ## Run the tests that need no server
	@deploy/setup/packages build
	@test/run small
test-medium: ## Run the tests against real slapd and Postgres
	@deploy/setup/packages build test
	@test/run medium
test-kernel: ## Run the kernel programs in throw-away guests
	@deploy/setup/packages build test
	@test/run kernel
test-debug: ## Run every command with every fault, on a kernel with KASAN, lockdep and kmemleak
	@deploy/setup/packages build test
	@test/run debug
test-kernel-matrix: ## Run the kernel programs on every kernel that the module is for, and record what passed
	@deploy/setup/packages build test
	@$(NODE_ENV); test/kernel/matrix --record
test-model: ## Explore the module's rendezvous without a kernel: fuzzing against an oracle, and all interleavings
	@deploy/setup/packages build test
	@test/model/run
test-stress: ## Run the module's stress model: ten minutes on the debug kernel, then 10,000 of each operation, then all mutants
	@deploy/setup/packages build test
	@test/run soak
test-e2e: ## Run the whole system in a lab of its own
	@deploy/setup/packages build test lab
	@test/run e2e
test-long: ## Run what `make test` leaves to those with more time
	@deploy/setup/packages build test lab
	@test/run long
test-servers: ## Follow slapd 2.6 and 389 Directory Server as this machine's slapd
	@deploy/setup/packages build test servers
	@test/run servers
test-dkms: ## Install the DKMS package in a Debian 12, boot what it builds, with Secure Boot too
	@deploy/setup/packages build test
	@test/run dkms
test-containers: ## Use VMs from systemd-nspawn and LXC in an emulated machine
	@deploy/setup/packages build test
	@test/run containers
bench: setup-bench package ## Measure, side by side with what else there is
	@$(NODE_ENV); test/bench/run

.PHONY: clean
clean: ## Remove what was built; `make down` comes first
	@deploy/lab/lab down >/dev/null 2>&1 || true
	@rm -rf build var apps/*/dist libs/*/dist test/dist node_modules
	@for part in kernel/m3ipc libs/m3ipc-c libs/m3ipc-node; do $(MAKE) -C $$part clean >/dev/null 2>&1 || true; done

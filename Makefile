# Every task of the project. Needs Deno 2.4 or newer on the PATH, or only Node.
# The commands themselves stand in deno.json, so `deno task NAME` does the same.

ifndef DENO
DENO := $(shell command -v deno >/dev/null 2>&1 && echo deno || echo npx --yes deno)
endif

# What `make start` and `make bench` hand on, as in `make start ARGS="--port 7000"`.
ARGS ?=

# The systems `make release` compiles for; without a list, every one this Deno offers.
TARGETS ?=

.DEFAULT_GOAL := help
.PHONY: help start test check build smoke bench crash release clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

start: ## Serve from source on port 6379 (ARGS="--port 7000 --dir /data")
	@$(DENO) task --quiet start $(ARGS)

test: ## Run all tests; those against redis-server run where it is on the PATH
	$(DENO) task test $(ARGS)

check: ## Check format, lint, types and the house rules
	$(DENO) task check

build: ## Compile the executable dist/miniredis
	$(DENO) task build

smoke: ## Try dist/miniredis on a dump that redis-server wrote
	$(DENO) task smoke

bench: ## Measure speed and memory beside redis-server (ARGS="--only throughput --pairs 5")
	$(DENO) task bench $(ARGS)

crash: ## Kill servers, damage their files, take their disks away (ARGS="--only always --rounds 50")
	$(DENO) task crash $(ARGS)

# Deno names its targets when it refuses one. DENORT_BIN is the runtime of one target, so it is
# dropped where several are made.
release: ## Compile dist/release/ for every system Deno offers, with SHA256SUMS
	@rm -rf dist/release && mkdir -p dist/release
	@$(DENO) check --quiet main.ts src/persistence/dump_worker.ts
	@set -e; targets="$(TARGETS)"; \
	if [ -z "$$targets" ]; then \
		targets=$$($(DENO) compile --target none main.ts 2>&1 | \
			grep -oE '(x86_64|aarch64)-[a-z]+-[a-z]+(-[a-z]+)?' | sort -u); \
	fi; \
	set -- $$targets; if [ $$# -ne 1 ]; then unset DENORT_BIN; fi; \
	for target in "$$@"; do \
		case $$target in *windows*) suffix=.exe;; *) suffix=;; esac; \
		$(DENO) task compile --target $$target --output dist/release/miniredis-$$target$$suffix main.ts; \
	done
	@cd dist/release && if command -v sha256sum >/dev/null 2>&1; \
		then sha256sum miniredis-*; else shasum -a 256 miniredis-*; fi > SHA256SUMS
	@cat dist/release/SHA256SUMS

clean: ## Remove what build and release left
	rm -rf dist

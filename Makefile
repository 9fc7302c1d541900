# Everything from Python 3.11 (or later) and make alone; all that is installed goes to .venv.

SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
BIN := .venv/bin
# The lock is complete; --no-deps keeps the resolver of old versions of pip from stumbling over extras.
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --no-compile --no-deps
# Nothing here reports home: neither Prefect nor its dependencies.
export DO_NOT_TRACK = 1
export PREFECT_SERVER_ANALYTICS_ENABLED = false
# Set in many containers; then each of the hundreds of processes in the tests would compile what it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-s3 lint bench lock clean

help: ## show this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):[^#]*## */\1\t/' | \
		while IFS="$$(printf '\t')" read -r name text; do printf '  make %-8s %s\n' "$$name" "$$text"; done

setup: .venv/ready ## install the pinned dependencies and presslake itself into .venv (about a minute, once)

.venv/ready: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "presslake needs Python 3.11 or later; none was found. Set PYTHON=/path/to/python3."; exit 1; }
	@echo "setup: installing the pinned dependencies into .venv with $(PYTHON) (about a minute)"
	@$(PYTHON) -m venv .venv
	@# Half the packages by one pip and half by another: nearly all of its time it keeps one processor busy.
	@awk '/^[A-Za-z0-9]/ { n++ } { print > (".venv/lock-" n % 2 ".txt") }' requirements.lock
	@$(PIP) --require-hashes -r .venv/lock-0.txt & $(PIP) --require-hashes -r .venv/lock-1.txt; \
		failed=$$?; wait $$! && exit $$failed
	@$(PIP) --no-build-isolation -e .
	@# On all processors, which pip doesn't; what hardly anything imports of is compiled where it is. Some packages
	@# carry files that are no Python of this version.
	@$(BIN)/python -m compileall -qq -j 0 -x '/(tests?|pip|mypyc?|moto|networkx|sympy|apprise|redis)/' \
		.venv/lib schemas crawlers flows infra || true
	@touch .venv/ready

demo: setup ## crawl a small news web on loopback at two moments and show what a reader then sees
	@$(BIN)/presslake demo

# Tests start and kill real processes; one that was only starved on a busy machine passes alone, a broken one doesn't.
# Runs of pytest at the same time remember in caches of their own what failed.
define pytest
$(BIN)/python -m pytest -q -o cache_dir=.pytest_cache/$@ $(1) $(2) || { [ $$? -eq 1 ] && \
	echo "$@: what failed runs once more, one at a time" && \
	$(BIN)/python -m pytest -q -o cache_dir=.pytest_cache/$@ $(1) --last-failed --last-failed-no-failures none; }
endef

test: setup ## run the tests (loopback only); those on recorded pages skip where ../shared is absent
	@echo "test: pytest, unit and end to end, on loopback only; S3 by moto (make test-s3 has a real server)"
	@$(call pytest,,-n auto --no-loadscope-reorder)

test-s3: setup ## run what is stored on S3 on a real server, Ceph's radosgw (fetches 65 MB of Debian packages once)
	@echo "test-s3: pytest on radosgw on loopback; skips, with the reason, where its packages can't be had"
	@$(call pytest,-m s3 tests/s3,)

lint: setup ## check style (ruff), types (mypy strict) and import rules (import-linter)
	@echo "lint: ruff, mypy, import-linter"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: setup ## measure throughput and quality beside what a user would pick instead; ratios and medians
	@$(BIN)/python -m tests.bench

lock: ## resolve requirements.lock anew (needs uv in .venv: pip install uv)
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --extra dev pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate -c requirements.lock --extra dask pyproject.toml -o infra/requirements.lock

clean: ## remove .venv and caches (not the lake)
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info

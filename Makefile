# The two commands to know: `make demo` runs everything on this machine, `make test` proves it.
# Written for GNU make 3.81 and later, so that the make of macOS will do.

VENV := .venv
PYTHON := $(VENV)/bin/python
# Which interpreter makes the virtual environment: `make demo BASE_PYTHON=python3.12`.
BASE_PYTHON ?=
# What is measured is what production runs: a distribution's Python is built with profile-guided optimisation,
# one that was compiled on this machine mostly is not, and takes a seventh more for the same login.
BENCH_PYTHON ?= /usr/bin/python3 python3
BENCH_VENV := var/bench-venv
# How many test processes run side by side.
JOBS ?= 2
# More words for pytest: `make test ARGS='-k digid'`.
ARGS ?=

# Demo and tests start programs by the dozen; without byte code each of them compiles everything anew.
unexport PYTHONDONTWRITEBYTECODE

CODE := broker demo tests bench scripts
# A test file keeps to one process, with the servers that it starts (see tests/conftest.py).
PYTEST := $(PYTHON) -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder -q

.DEFAULT_GOAL := help
.PHONY: help demo test check lint soak interop bench lock clean
.DELETE_ON_ERROR:

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.demo ## run broker, simulators and portals here until Ctrl-C (RESET=1 starts afresh)
	@exec $(PYTHON) -m demo.run --end-with-parent $(if $(filter-out 0 no,$(RESET)),--reset)

test: $(VENV)/.dev ## every test but soak and interop, on SQLite and PostgreSQL; installs what is missing
	@scripts/test-prerequisites
	@$(PYTEST) -m 'not soak and not interop' $(ARGS)

check: lint ## lint, and the fast tests: the inner loop
	@$(PYTEST) -m 'not slow and not browser and not soak and not interop' $(ARGS)

lint: $(VENV)/.dev ## format, lint, types, import contract, texts and reference pages
	@scripts/check $(CODE)

soak: $(VENV)/.dev ## the proofs that take long: a planted defect for each conformance module
	@scripts/test-prerequisites
	@$(PYTHON) -m pytest -q -m soak $(ARGS)

interop: $(VENV)/.dev ## libraries of others log in and out against the demo (needs Node 20 or later)
	@scripts/interop-prerequisites var/interop
	@$(PYTHON) -m pytest -q -m interop tests/interop $(ARGS)

bench: $(BENCH_VENV)/.dev ## the benchmarks: ratios measured within one run
	@exec $(BENCH_VENV)/bin/python -m bench $(ARGS)

lock: ## renew the hashed lock files under requirements/ (needs uv)
	@scripts/lock

clean: ## remove the virtual environment, the demo's state and what tools left behind
	rm -rf $(VENV) var build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf voordeur.egg-info .coverage .coverage.* htmlcov

# One environment, two stages: what the demo needs is a part of what development needs, at the same
# versions, so going from one to the other only adds. Each stage leaves a stamp.
$(VENV)/.demo: requirements/demo.txt pyproject.toml scripts/venv
	@BASE_PYTHON='$(BASE_PYTHON)' scripts/venv $(VENV) demo

$(VENV)/.dev: requirements/dev.txt pyproject.toml scripts/venv
	@BASE_PYTHON='$(BASE_PYTHON)' scripts/venv $(VENV) dev

$(BENCH_VENV)/.dev: requirements/dev.txt pyproject.toml scripts/venv
	@BASE_PYTHON='$(BENCH_PYTHON)' scripts/venv $(BENCH_VENV) dev

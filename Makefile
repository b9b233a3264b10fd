# Everything from a bare machine: Python 3.11 (or newer), pip, make and git are enough.
#
#   make demo    plan the reference lane end to end and say where the files are
#   make test    run every test, browser tests included
#   make app     open the planner's pages
#   make check   style, types and walls: the fast part of .ci/run
#
# Each target first makes its environment in .venv, once per version of the lock.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
LOCK ?= requirements.lock
PYTEST_ARGS ?=

BIN := $(VENV)/bin
# The host's pip, working inside the environment: ensurepip is not on every machine.
PIP := $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check --quiet --quiet
LOCKED := $(shell cat $(LOCK) pyproject.toml | \
	$(PYTHON) -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest()[:16])')
STAMP := $(VENV)/.installed-$(LOCKED)

.PHONY: demo test app check install browser build-data lock clean
.DEFAULT_GOAL := demo

demo: install
	@$(BIN)/greenlane demo

# Two processes, each file in one of them; `PYTEST_ARGS="-n 0 ..."` runs all in one, one by one.
test: install browser
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

app: install
	@$(BIN)/greenlane app

check: install
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

install: $(STAMP)

$(STAMP):
	@test -n "$(PYTHON)" || { echo "no python3.11 found, wanted Python 3.11 to 3.14" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v < (3, 15) or sys.exit(f"{sys.executable} is Python {v[0]}.{v[1]}, wanted 3.11 to 3.14: make PYTHON=...")'
	@echo "installing into $(VENV), about a minute, once ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv --without-pip $(VENV)
	@$(PIP) install --require-hashes -r $(LOCK)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.installed-*
	@touch $@

# Installs Chromium from Debian's packages if it is missing and we may.
browser:
	@bash .ci/browser

# For maintainers: an environment of its own in which data/makers run (docs/network.md).
build-data:
	@test -x .venv-data/bin/python || $(PYTHON) -m venv --without-pip .venv-data
	@$(PYTHON) -m pip --python .venv-data/bin/python --disable-pip-version-check --quiet install \
		--require-hashes -r requirements-build-data.lock
	@echo "now: .venv-data/bin/python -m data.makers.NAME"

# For maintainers; needs `uv` on the path. The lock names no index: yours is used.
lock:
	@bash .ci/lock

clean:
	@rm -rf $(VENV) .venv-data dist out .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find data emissions optimizer app tests -name __pycache__ -type d -prune -exec rm -rf {} +

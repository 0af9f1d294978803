# Two commands do everything on a machine with Python, make and git: `make demo`, `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-all results tour screenshots check check-page format clean

help:  ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

demo: $(VENV)/.train  ## set up, train a LeNet-5, read some digits (about a minute)
	$(BIN)/lenet demo

test: $(VENV)/.dev  ## the quick tests (under 8 minutes on 2 cores)
	$(PYTEST) -m "not (slow or browser or database)"

test-slow: $(VENV)/.dev  ## the slow tests alone, those with a browser or a database too
	$(PYTEST) -m "slow or browser or database"

test-all: test test-slow  ## every test (under 40 minutes)

results: $(VENV)/.train  ## measure every recipe (hours; stop and go on as you like: ARGS="--minutes 60")
	$(BIN)/python tools/results.py $(ARGS)

tour: $(VENV)/.dev  ## run notebooks/tour.ipynb again and keep what it shows
	$(BIN)/python tools/run_tour.py

screenshots: $(VENV)/.dev  ## photograph the page into docs/screenshots (needs Chromium)
	$(BIN)/python tools/screenshots.py

check: $(VENV)/.dev  ## format, lint, types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

check-page: node_modules/.installed  ## types, lint and form of the page's JavaScript (needs Node)
	npm run --silent check

format: $(VENV)/.dev  ## put the source into its form
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

clean:  ## remove what was built, but no runs
	rm -rf $(VENV) node_modules dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A stamp file says that an install has been done; it is done again when a version changes.
$(VENV)/.train: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) --editable '.[train,serve]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) --editable '.[train,serve,tensorboard,dev]'
	@touch $@ $(VENV)/.train

node_modules/.installed: package.json package-lock.json
	npm ci --no-audit --no-fund --silent
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "lenet needs Python 3.11 or newer as $(PYTHON); say: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) has no venv module; install it (Debian and Ubuntu: apt install python3-venv) and say make again" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# With Python, make and git: `make demo` sets up and trains a LeNet-5, `make test` runs the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
PYTEST := $(BIN)/python -m pytest
# Most tests keep one core busy. A file's tests run in one process, since they share what they start.
IN_PARALLEL := --numprocesses auto --maxprocesses 8 --dist loadfile
COVERAGE := $(BIN)/coverage

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-slow test-all forget-coverage results tour screenshots page reference \
	docs check check-page format clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

demo: $(VENV)/.train  ## set up, train a LeNet-5, read some digits (some two minutes after the installation)
	@$(BIN)/lenet demo

test: $(VENV)/.dev  ## the quick tests (under 8 minutes on 2 cores)
	$(PYTEST) $(IN_PARALLEL) -m "not (slow or browser or database or cluster)"

test-slow: $(VENV)/.dev  ## slow tests, and tests that need a browser, a database or Ray
	$(PYTEST) $(IN_PARALLEL) -m "(slow or browser or database) and not cluster"
	$(PYTEST) -m cluster

test-all: PYTEST := $(COVERAGE) run -m pytest
test-all: forget-coverage test test-slow  ## every test, with branch coverage (under 40 minutes)
	$(COVERAGE) combine --quiet
	$(COVERAGE) report

forget-coverage: $(VENV)/.dev
	@$(COVERAGE) erase

results: $(VENV)/.train  ## measure every recipe (hours; can be interrupted: ARGS="--minutes 60")
	$(BIN)/python tools/results.py $(ARGS)

tour: $(VENV)/.dev  ## run notebooks/tour.ipynb again and save its output
	$(BIN)/python tools/run_tour.py

screenshots: $(VENV)/.dev  ## take the screenshots in docs/screenshots (needs Chromium)
	$(BIN)/python tools/screenshots.py

page: $(VENV)/.dev  ## write docs/page.html, the exported page of lenet5
	$(BIN)/lenet export lenet5 --page docs/page.html

reference: $(VENV)/.dev  ## write docs/cli.md from the help texts
	$(BIN)/python tools/reference.py

docs: reference  ## build the documentation in site/, offline
	$(BIN)/python tools/docs_site.py

check: $(VENV)/.dev  ## check format, lint, types and workflows
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/zizmor --offline --quiet .github

check-page: node_modules/.installed  ## check format, lint and types of the page's JavaScript (needs Node)
	npm run --silent check

format: $(VENV)/.dev  ## format the source
	$(BIN)/ruff check --fix-only
	$(BIN)/ruff format

clean:  ## remove everything that was built; keep runs
	rm -rf $(VENV) node_modules dist build site .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*

# A stamp file records a finished install; changing a version repeats it.
$(VENV)/.train: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what training needs into $(VENV); this takes a minute or two."
	@$(INSTALL) --editable '.[train,serve,documents]'
	@touch $@

# pip before 25.1 does not support dependency groups.
$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what the tests need into $(VENV); this takes a minute or two."
	@$(INSTALL) 'pip>=25.1'
	@$(INSTALL) --editable '.[train,serve,documents,tensorboard,cluster]' --group dev
	@touch $@ $(VENV)/.train

node_modules/.installed: package.json package-lock.json
	npm ci --no-audit --no-fund --silent
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "lenet needs Python 3.11 or newer, but $(PYTHON) is older or missing; try: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "$(PYTHON) has no venv module; install it (Debian and Ubuntu: apt install python3-venv) and run make again" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

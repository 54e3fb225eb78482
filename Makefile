# Everything this project does, by name. `make` alone lists the targets from their own comments.
# A bare machine needs python3 (3.11 or newer, with venv and pip) and make; the rest sets itself up.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

# The first of these that runs, is new enough and can make virtual environments. A name on PATH
# proves nothing: version managers leave stand-ins there that only fail.
USABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c '$(USABLE)' 2>/dev/null && { echo $$p; break; }; done)
# One that was named by hand is held to the same.
CHECK_PYTHON = @$(or $(PYTHON),false) -c '$(USABLE)' 2>/dev/null || { \
	echo "No Python 3.11 or newer with venv and ensurepip was found$(PYTHON:%= at %)." \
	"Install one (Debian: apt-get install python3 python3-venv), or name it:" \
	"make $(or $(firstword $(MAKECMDGOALS)),run) PYTHON=/path/to/python3" >&2; exit 1; }
VENV := .venv
BIN := $(VENV)/bin
# --no-deps: a lock file is complete. --no-compile: modules are compiled when first imported.
PIP_INSTALL := install -qq --disable-pip-version-check --no-deps --no-compile --require-hashes

.PHONY: help
help: ## Print this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-zA-Z0-9_%-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ---------------------------------------------------------------------------------------------
# Environments: each is made from its lock file, stamped, and made again when the lock changes.
# ---------------------------------------------------------------------------------------------

$(VENV)/.stamp: tests/requirements.txt
	$(CHECK_PYTHON)
	@echo "Making $(VENV) from tests/requirements.txt"
	@$(PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip $(PIP_INSTALL) -r tests/requirements.txt
	@touch $@

# .venvs/NAME from tests/requirements-NAME.txt: tools that must not share an environment with ours.
.venvs/%/.stamp: tests/requirements-%.txt | $(VENV)/.stamp
	@echo "Making .venvs/$* from tests/requirements-$*.txt"
	@$(BIN)/python -m venv --clear --without-pip .venvs/$*
	@$(BIN)/python -m pip --python .venvs/$* $(PIP_INSTALL) -r $<
	@touch $@
.PRECIOUS: .venvs/%/.stamp

.PHONY: lock
LOCK = $(BIN)/uv pip compile --quiet $(UPGRADE) --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"
# The layer's lock is made for what the layer runs on: no markers are left to be decided elsewhere.
lock: $(VENV)/.stamp ## Resolve every *.in into its lock file (newest: UPGRADE=--upgrade)
	@cd layer && ../$(LOCK) --python-version 3.13 --python-platform aarch64-manylinux_2_28 \
		requirements.in -o requirements.txt
	@for file in local/*.in tests/*.in; do echo "$$file"; ( cd "$$(dirname "$$file")" && \
		../$(LOCK) --universal --python-version 3.11 \
		"$$(basename "$$file")" -o "$$(basename "$$file" .in).txt" ); done

##@ Run

# ---------------------------------------------------------------------------------------------
# Local gateway
# ---------------------------------------------------------------------------------------------

.venvs/run/.stamp: local/requirements.txt
	$(CHECK_PYTHON)
	@echo "Making .venvs/run from local/requirements.txt (once)"
	@$(PYTHON) -m venv --clear .venvs/run
	@.venvs/run/bin/python -m pip $(PIP_INSTALL) -r local/requirements.txt
	@touch $@

.PHONY: run
run: .venvs/run/.stamp ## Serve everything on this machine, with a live page (PORT=8000 SPEED=1)
	@PYTHONPATH=layer PORT="$(PORT)" SPEED="$(SPEED)" .venvs/run/bin/python -m local

##@ Test

.PHONY: test-page
test-page: $(VENV)/.stamp ## Lead a real browser through the live page, with screenshots
	@command -v chromium chromium-browser >/dev/null || { \
		echo "no Chromium here: apt-get install chromium (or any package that brings chromium)" >&2; \
		exit 1; }
	@$(BIN)/python -m pytest -s tests/local/test_page*.py $(PYTEST)

# ---------------------------------------------------------------------------------------------
# Checks
# ---------------------------------------------------------------------------------------------

.PHONY: lint
lint: $(VENV)/.stamp ## Check style and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

.PHONY: format
format: $(VENV)/.stamp ## Mend style and format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: types
types: $(VENV)/.stamp ## Check types, strictly
	@$(BIN)/mypy

.PHONY: tox
tox: $(VENV)/.stamp ## The whole suite on each Python there is, and what runs without dependencies
	@$(BIN)/python tests/run_tox.py $(TOX)

# On the other Pythons `make test` runs what has to do with the language; `make tox` runs all.
LIBRARY_TESTS := tests/minimal tests/tokens $(wildcard tests/test_*.py)

.PHONY: test
test: lint types .venvs/sam/.stamp ## Everything: style, types, tests, coverage
	@$(BIN)/python tests/run_tox.py $(LIBRARY_TESTS)
	@$(BIN)/python -m pytest --cov --cov-report=term:skip-covered $(PYTEST)

.PHONY: e2e
e2e: $(VENV)/.stamp .venvs/sam/.stamp .venvs/ministack/.stamp ## Deploy the template to an emulator and use it
	@$(BIN)/python -m pytest tests/e2e $(PYTEST)

.PHONY: soak
soak: $(VENV)/.stamp ## Deliver 20,000 hits while everything fails and processes are killed (minutes)
	@PYTHONPATH=layer $(BIN)/python -m tests.delivery.soak $(SOAK)

.PHONY: screenshots
screenshots: $(VENV)/.stamp ## Compare real mails before and after tracking, in a real browser
	@command -v chromium chromium-browser >/dev/null || { \
		echo "no Chromium here: apt-get install chromium (or any package that brings chromium)" >&2; \
		exit 1; }
	@$(BIN)/python -m pytest -s tests/mails/screenshots.py $(PYTEST)

# ---------------------------------------------------------------------------------------------
# Tests of the tests
# ---------------------------------------------------------------------------------------------

FUZZ ?= 60
.PHONY: fuzz
fuzz: .venvs/fuzz/.stamp ## Fuzz tokens and targets for FUZZ seconds (60)
	@PYTHONPATH=layer .venvs/fuzz/bin/python -m tests.fuzz.links -max_total_time=$(FUZZ) \
		-timeout=10 -max_len=4096 -print_final_stats=1

.PHONY: mutation
mutation: .venvs/mutation/.stamp ## Count the faults, put in on purpose, that the tests find
	@rm -rf build/mutation && mkdir -p build/mutation
	@cp -r layer build/mutation/src && cp -r tests build/mutation/tests
	@cp tests/mutation.toml build/mutation/pyproject.toml
	@cd build/mutation && ../../.venvs/mutation/bin/mutmut run
	@cd build/mutation && ../../.venvs/mutation/bin/mutmut results
	@cd build/mutation && ../../.venvs/mutation/bin/python -m tests.mutation_score

##@ Deploy

# ---------------------------------------------------------------------------------------------
# Build and invoke
# ---------------------------------------------------------------------------------------------

# SAM runs with this project's Python first, which has the pip that builds the layer.
SAM := SAM_CLI_TELEMETRY=0 PATH="$(CURDIR)/$(BIN):$$PATH" .venvs/sam/bin/sam

.PHONY: build
build: .venvs/sam/.stamp ## Build functions and layer into .aws-sam/build (BUILD=--use-container)
	@$(SAM) build $(BUILD)

# What is given to make, its recipes find in their environment; a default is handed on by export.
STACK ?= pytracking
export STACK
.PHONY: deploy
deploy: .venvs/sam/.stamp ## Deploy: DOMAIN= ZONE= WEBHOOK= EMAIL= (all choices: docs/operators.md)
	@PYTHONPATH=layer $(BIN)/python -m tools.deployment

.PHONY: doctor
doctor: $(VENV)/.stamp ## Look at a deployment from outside, line by line (STACK=pytracking BASE=)
	@PYTHONPATH=layer $(BIN)/python -m pytracking.operations.doctor --stack "$(STACK)" \
		$(if $(BASE),--base '$(BASE)')

FUNCTION ?= open
EVENT ?= events/$(FUNCTION).json
.PHONY: invoke
invoke: .venvs/sam/.stamp ## Run a built function once: FUNCTION=open EVENT=events/open.json
	@PYTHONPATH=layer $(BIN)/python -m tools.emulator $(FUNCTION) $(EVENT)

##@ Measure

# ---------------------------------------------------------------------------------------------
# Benchmarks
# ---------------------------------------------------------------------------------------------

.PHONY: bench
bench: $(VENV)/.stamp ## Measure speed and size, and check the targets
	@PYTHONPATH=layer $(BIN)/python -m tests.bench $(BENCH)

.PHONY: scaling
scaling: $(VENV)/.stamp ## Print what a month costs and which limits it meets: docs/scaling.md
	@PYTHONPATH=layer $(BIN)/python -m tools.scaling

##@ Document and release

# ---------------------------------------------------------------------------------------------
# The site, and what is released
# ---------------------------------------------------------------------------------------------

.PHONY: docs
docs: .venvs/docs/.stamp ## Build the documentation into site/; a warning is an error
	@PYTHONPATH=layer .venvs/docs/bin/python -m sphinx --fail-on-warning --keep-going --quiet \
		--conf-dir docs --doctree-dir .venvs/docs/doctrees . site
	@echo "Open site/index.html"

.PHONY: linkcheck
linkcheck: .venvs/docs/.stamp ## Visit the links that lead to other sites (needs the network)
	@PYTHONPATH=layer $(BIN)/python -m tests.docs.linkcheck

.PHONY: verdicts
verdicts: $(VENV)/.stamp ## Write into the pages how well verdicts on visitors do, and by which rules
	@PYTHONPATH=layer $(BIN)/python -m tests.visitors.report

.PHONY: picture
picture: $(VENV)/.stamp ## Take the README's picture of the live page anew (needs Chromium)
	@PYTHONPATH=layer $(BIN)/python -m tests.docs.picture

.PHONY: dist
dist: .venvs/release/.stamp ## Build the wheel and the sdist into dist/
	@rm -rf dist && mkdir dist
	@.venvs/release/bin/python -m build --no-isolation --outdir dist . >dist/build.log 2>&1 \
		|| { cat dist/build.log; exit 1; }
	@rm dist/build.log && ls dist

# The layer's own packages and nothing else, to be listed.
.venvs/layer/.stamp: layer/requirements.txt $(VENV)/.stamp
	@$(BIN)/python -m venv --clear --without-pip .venvs/layer
	@$(BIN)/python -m pip --python .venvs/layer $(PIP_INSTALL) -r $<
	@touch $@

.PHONY: sbom
sbom: .venvs/layer/.stamp .venvs/release/.stamp ## List what the layer ships: dist/layer.cdx.json (CycloneDX)
	@PYTHONPATH=layer .venvs/release/bin/python tools/sbom.py

.PHONY: audit
audit: .venvs/release/.stamp ## Look up the locked dependencies among known vulnerabilities
	@.venvs/release/bin/python tools/audit.py

.PHONY: release-check
release-check: test docs dist sbom ## Everything a release needs: tests, site, packages, SBOM, audit
	@.venvs/release/bin/python tools/audit.py || [ $$? = 75 ]

##@ Clean

.PHONY: clean
clean: ## Remove what builds and tests left behind, environments too
	@rm -rf .aws-sam .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .tox .venv .venvs build dist site

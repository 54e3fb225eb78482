# Everything this project does, by name. `make` alone lists the targets from their own comments.
# A bare machine needs python3 (3.11 or newer, with venv and pip) and make; the rest sets itself up.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
unexport PYTHONDONTWRITEBYTECODE # or each process of the tests compiles all that it imports

# The first Python that is new enough and makes environments: a name on PATH may be a stand-in that only fails.
USABLE := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3{,.13,.12,.11,.14}; do $$p -c '$(USABLE)' 2>/dev/null && echo $$p && break; done)
CHECK_PYTHON = @$(or $(PYTHON),false) -c '$(USABLE)' 2>/dev/null || { echo "No Python 3.11 or newer with venv and" \
	"ensurepip was found$(PYTHON:%= at %). Install one (Debian: apt-get install python3 python3-venv), or name it:" \
	"make $(or $(firstword $(MAKECMDGOALS)),run) PYTHON=/path/to/python3" >&2; exit 1; }
UV := UV_LINK_MODE=copy .venv/bin/uv -q
PY := PYTHONPATH=layer .venv/bin/python
# Files of tests run side by side, in the order of tests/conftest.py, one more than two cores hold: some wait.
TEST := .venv/bin/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder
# uv keeps what it fetched below HOME, where that can be written.
ifeq ($(shell mkdir -p "$${UV_CACHE_DIR:-$${XDG_CACHE_HOME:-$$HOME/.cache}/uv}" 2>/dev/null && echo yes),)
export UV_NO_CACHE := 1
endif
# SAM runs with this project's Python first, which has the pip that builds the layer.
SAM := SAM_CLI_TELEMETRY=0 PATH="$(CURDIR)/.venv/bin:$$PATH" .venvs/sam/bin/sam
# What was given on make's own command line, each quoted for the shell: DOMAIN=track.example.com
CHOICES = $(foreach v,$(.VARIABLES),$(if $(findstring command line,$(origin $v)),'$v=$(subst ','\'',$(value $v))'))

help: ## Print this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-zA-Z0-9_%-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Environments: each is made from its lock file, stamped, and made again when the lock changes.
.venv/.stamp .venvs/run/.stamp .venvs/original/.stamp .venvs/fuzz/.stamp: tests/requirements.txt
	$(CHECK_PYTHON)
	@echo "Making $(@D) from $<" && $(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r <(awk '/^uv==/, !/\\$$/' $<)
	@UV_LINK_MODE=copy $(@D)/bin/uv -q pip install --python $(@D) --require-hashes \
		--group $(notdir $(@D:.venv=dev)) -c $< && touch $@
.venvs/layer/.stamp: layer/requirements.txt | .venv/.stamp
.venvs/sam/.stamp: tests/requirements-sam.txt | .venv/.stamp
.venvs/layer/.stamp .venvs/sam/.stamp:
	@echo "Making $(@D) from $<" && $(UV) venv --clear --python .venv/bin/python $(@D)
	@$(UV) pip install --python $(@D) --require-hashes --no-deps -r $< && touch $@
.venvs/npm/.stamp: tests/npm/package-lock.json
	@mkdir -p $(@D) && cp tests/npm/* $(@D) && cd $(@D) && npm ci --ignore-scripts --silent && touch .stamp

##@ Run
run: .venvs/run/.stamp ## Serve everything on this machine, with a live page (PORT= SPEED= WEBHOOK= KEYS= SECRET= DNT= EVENTS=)
	@PYTHONPATH=layer .venvs/run/bin/python -m local $(CHOICES)

##@ Test
lint: .venv/.stamp ## Check style, format and spelling
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/codespell
format: .venv/.stamp ## Repair style and format
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .
types: .venv/.stamp ## Check types, strictly
	@.venv/bin/mypy
test: ## What a change must pass: style, types, tests
	@$(MAKE) --no-print-directory -j3 lint types tox .venvs/{run,sam,original,layer}/.stamp
	@$(TEST) $(PYTEST)
coverage: .venv/.stamp $(patsubst %,.venvs/%/.stamp,run sam original layer) ## How much of the code the tests run, branches too
	@$(TEST) --cov --cov-report=term:skip-covered $(PYTEST)
quick: .venv/.stamp ## The tests that take less than a minute together
	@$(TEST) -m "not slow" $(PYTEST)
e2e: .venvs/sam/.stamp ## Build, run and deploy the template on an emulator; lead a real browser through the live page
	@.venv/bin/python -m pytest -n 2 --dist loadfile tests/e2e $(PYTEST)
tox: .venv/.stamp ## The core on the oldest and newest Python, and without dependencies (TOX=all, TOX=django)
	@.venv/bin/python tests/run_tox.py $(TOX)
soak: .venv/.stamp ## Deliver 20,000 hits while everything fails and processes are killed (minutes)
	@$(PY) -m tests.delivery.soak $(SOAK)
test-page: .venv/.stamp ## Lead a real browser through the live page alone, with screenshots
	@.venv/bin/python -m pytest -s tests/e2e/page $(PYTEST)
screenshots: .venv/.stamp ## Compare real mails before and after tracking, in a real browser
	@.venv/bin/python -m pytest -s tests/mails/screenshots.py $(PYTEST)
fuzz: .venvs/fuzz/.stamp ## Fuzz tokens and targets for FUZZ seconds (60)
	@PYTHONPATH=layer .venvs/fuzz/bin/python -m tests.fuzz.links -max_total_time=$(or $(FUZZ),60) -timeout=10 -max_len=4096
mutation: .venv/.stamp ## Count the faults, put in on purpose, that the tests find
	@rm -rf build/mutation && mkdir -p build/mutation && cp -r layer build/mutation/src && cp -r tests docs build/mutation
	@cd build/mutation && cp tests/mutation.toml pyproject.toml && ../../.venv/bin/mutmut run && ../../.venv/bin/python -m tests.mutation_score

##@ Deploy
build: .venvs/sam/.stamp ## Build functions and layer into .aws-sam/build (BUILD=--use-container)
	@$(SAM) build $(BUILD)
deploy: .venvs/sam/.stamp ## Deploy: DOMAIN= ZONE= WEBHOOK= EMAIL= (all choices: docs/operators.md)
	@$(PY) -m tools.deployment $(CHOICES)
domain: .venvs/sam/.stamp ## Add one further domain of links: DOMAIN= ZONE= (STACK=pytracking CERTIFICATE=)
	@$(PY) -m tools.domain $(CHOICES)
doctor: .venv/.stamp ## Look at a deployment from outside, line by line (STACK=pytracking BASE=)
	@$(PY) -m pytracking.operations.doctor --stack '$(or $(STACK),pytracking)' $(if $(BASE),--base '$(BASE)')
invoke: .venvs/sam/.stamp ## Build a function and run it once: FUNCTION=open EVENT=events/open.json
	@$(PY) -m tools.emulator $(or $(FUNCTION),open) $(or $(EVENT),events/$(or $(FUNCTION),open).json)

##@ Measure
bench: .venv/.stamp ## Measure speed and size, and check the targets
	@$(PY) -m tests.bench $(BENCH)
scaling: .venv/.stamp ## Print what a month costs and which limits it meets: docs/scaling.md
	@$(PY) -m tools.scaling

##@ Document and release
docs: .venv/.stamp ## Build the documentation into site/; a warning is an error
	@$(PY) -m sphinx --fail-on-warning --keep-going --quiet --conf-dir docs --doctree-dir build/doctrees . site && echo site/index.html
linkcheck: .venv/.stamp ## Visit the links that lead to other sites (needs the network)
	@$(PY) -m tests.docs.linkcheck
verdicts: .venv/.stamp ## Write into the pages how well verdicts on visitors do, and by which rules
	@$(PY) -m tests.visitors.report
networks: .venv/.stamp ## Fetch the networks of mail security vendors anew and check them (needs npm)
	@rm -rf build/asn && mkdir -p build/asn && npm pack --silent --pack-destination build/asn @ip-location-db/asn
	@tar xzf build/asn/*.tgz -C build/asn && $(PY) -m tools.visitors.networks build/asn/package
dist: .venv/.stamp ## Build the wheel and the sdist into dist/
	@rm -rf dist && .venv/bin/python -m build --no-isolation --outdir dist . >/dev/null && ls dist
sbom: .venv/.stamp .venvs/layer/.stamp ## List what the layer ships: dist/layer.cdx.json (CycloneDX)
	@$(PY) tools/sbom.py
audit: .venv/.stamp ## Look up the locked dependencies among known vulnerabilities
	@.venv/bin/python tools/audit.py
release-check: test coverage e2e docs dist sbom ## Everything a release needs: tests, site, packages, SBOM, audit
	@.venv/bin/python tools/audit.py || [ $$? = 75 ]

##@ Clean
LOCK = $(UV) pip compile $(UPGRADE) --generate-hashes --no-emit-index-url --custom-compile-command "make lock"
lock: .venv/.stamp ## Resolve the groups of pyproject.toml into the lock files (newest: UPGRADE=--upgrade)
	@$(LOCK) --group layer --python-version 3.13 --python-platform aarch64-manylinux_2_28 -o layer/requirements.txt
	@$(LOCK) --universal --python-version 3.11 -c layer/requirements.txt \
		$(patsubst %,--group %,dev runtime original fuzz) -o tests/requirements.txt
	@$(LOCK) --universal --python-version 3.11 --group sam -o tests/requirements-sam.txt
clean: ## Remove what builds and tests left behind, environments too
	@rm -rf .aws-sam .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .tox .venv .venvs build dist site

.PHONY: $(shell awk -F: '/^[a-z0-9-]+:.*\#\# / {print $$1}' $(firstword $(MAKEFILE_LIST)))

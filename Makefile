# Everything that people run. Each target is one call of Python; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# Python's own variables that would hide the checkout from it, or have pip install elsewhere.
unexport PYTHONSAFEPATH PIP_USER

# An empty BASE_URL is a pipeline's unset variable: it is passed on, and refused.
base_url = $(if $(filter undefined,$(origin BASE_URL)),,--base-url "$(BASE_URL)")

TARGET ?= mock
REPORT ?= reports/latest
PORT ?= 8080
PACKAGES := conformance devtools mock_server reports strategies suites tests

PYTHON ?= $(shell for one in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$one" && break; done)
PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement
READY := .venv/.ready
READY_DEV := .venv/.ready-dev

.PHONY: help setup setup-dev conformance watch profile mock merge report compare trend test hostile matrix pairs variants curve bench soak flakes mutate ids requirements architecture verdicts evaluation drift examples docs allure

help: ## what can be run
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# ------------------------------------------------------------------ set-up

$(PY):
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it with PYTHON=…"; exit 1; }
	@"$(PYTHON)" -m venv .venv || { echo "$(PYTHON) -m venv failed; on Debian it needs the package python3-venv."; exit 1; }

$(READY): requirements/lock.txt | $(PY)
	@echo "Installing requirements/lock.txt into .venv"
	@$(PIP) requirements/lock.txt && touch $@

$(READY_DEV): requirements/dev.txt | $(PY)
	@echo "Installing requirements/dev.txt into .venv"
	@$(PIP) requirements/dev.txt && touch $(READY) $@

setup: $(READY) ## make .venv and install the locked packages; nothing to do the second time

setup-dev: $(READY_DEV) ## the same with what tests and documentation need

# ------------------------------------------------------------------ judging

conformance: $(READY) ## judge a target: [TARGET=mock] [BASE_URL=http://…] [REPORT=reports/latest] [ARGS=…]
	@$(PY) -m conformance judge --target "$(TARGET)" $(base_url) --report "$(REPORT)" $(ARGS)

watch: $(READY) ## judge with --quick on every save: [WATCH=folder, the profile's unless told] [TARGET=mock] [BASE_URL=] [ARGS=…]
	@$(PY) -m conformance watch --target "$(TARGET)" $(base_url) --report "$(REPORT)" \
		$(if $(WATCH),--watch "$(WATCH)") $(ARGS)

profile: $(READY) ## ask a target and write its profile: BASE_URL=http://… ITEMS="id,id"|@file|CATALOG=file [MARKETPLACES=] [COUPONS=] [OUT=profile.toml] [ARGS=…]
	@$(PY) -m conformance profile "$(BASE_URL)" --items "$(ITEMS)" --marketplaces "$(MARKETPLACES)" --coupons "$(COUPONS)" \
		$(if $(CATALOG),--from-catalog "$(CATALOG)") --out "$(or $(OUT),profile.toml)" $(ARGS)

mock: $(READY) ## serve the embedded mock: [PORT=8080] [ARGS=…]
	@$(PY) -m conformance mock --port $(PORT) $(ARGS)

merge: $(READY) ## one report from those of several shards: OUT=folder DIRS="folder folder"
	@$(PY) -m conformance merge "$(OUT)" $(DIRS)

report: $(READY) ## render the views of a run again: [REPORT=reports/latest]
	@$(PY) -m conformance report "$(REPORT)"

compare: $(READY) ## two runs side by side: A=folder B=folder [ARGS=…]
	@test -n "$(A)" -a -n "$(B)" || { echo "Name the folders of two runs: make compare A=folder B=folder"; exit 4; }
	@$(PY) -m conformance compare "$(A)" "$(B)" $(ARGS)

trend: $(READY) ## each requirement through past runs: HISTORY=folder or file
	@test -n "$(HISTORY)" || { echo "Name a folder with runs or a history file: make trend HISTORY=folder"; exit 4; }
	@$(PY) -m conformance trend "$(HISTORY)" $(ARGS)

# ------------------------------------------------------------------ the product itself

test: $(READY_DEV) ## lint, types and the product's own tests: [ARGS=…]
	@$(PY) -m ruff check . && $(PY) -m ruff format --check --quiet .
	@$(PY) -m mypy --strict $(PACKAGES)
	@$(PY) -m pytest tests -n 2 --dist worksteal -m "not hostile" $(ARGS)

hostile: $(READY_DEV) ## the whole gallery of hostile servers
	@$(PY) -m pytest tests/hostile -n 2 -m hostile $(ARGS)

matrix: $(READY) ## the default run against every fault of the mock: [ARGS="--sample 40"]
	@$(PY) -m devtools.kill_matrix $(ARGS)

pairs: $(READY) ## two faults at once, 100 random pairs: does one hide the other? [ARGS="--count 20 --seed 1"]
	@$(PY) -m devtools.fault_pairs $(ARGS)

variants: $(READY) ## the default run against every lawful variant of the mock: [ARGS=…]
	@$(PY) -m devtools.false_positives $(ARGS)

curve: $(READY) ## what a budget of N requests buys, into docs/budget.*: [ARGS="--faults 30"]
	@$(PY) -m devtools.budget_curve $(ARGS)

bench: $(READY_DEV) ## what the suite costs, beside its goals and the last figures: [ARGS="--only load --write"]
	@$(PY) -m devtools.bench $(ARGS)

soak: $(READY) ## walk for a chosen time; does anything grow or leak: [FOR=600] [TARGET=mock] [BASE_URL=] [ARGS=…]
	@$(PY) -m devtools.soak --for "$(or $(FOR),600)" --target "$(TARGET)" \
		$(if $(BASE_URL),--base-url "$(BASE_URL)") --out "$(REPORT)/soak.json" $(ARGS)

flakes: $(READY) ## the default run with many seeds; which outcomes differ: [RUNS=100] [TARGET=mock] [BASE_URL=] [ARGS=…]
	@$(PY) -m devtools.flakes --runs "$(or $(RUNS),100)" --target "$(TARGET)" \
		$(if $(BASE_URL),--base-url "$(BASE_URL)") --out "$(REPORT)/flakes.json" $(ARGS)

mutate: $(READY) ## which mutants of rules, model and judge the corpus notices, in docs/mutation.md: [ARGS="--sample 400"]
	@$(PY) -m devtools.mutation $(ARGS)

ids: $(READY) ## write docs/ids.md, every id and whether a run provoked it: [REPORT=reports/latest]
	@$(PY) -m devtools.pages.error_coverage "$(REPORT)"

requirements: $(READY) ## write docs/requirements.md from the contracts, rules, tests and faults
	@$(PY) -m devtools.pages.traceability && $(PY) -m devtools.pages.decision_table

architecture: $(READY) ## write the list of modules in docs/architecture.md
	@$(PY) -m devtools.pages.module_list

verdicts: $(READY) ## write the table of endings in docs/verdict.md
	@$(PY) -m devtools.pages.verdict_table

evaluation: $(READY) ## write docs/evaluation.md from the kept results and docs/evaluation.toml
	@$(PY) -m devtools.pages.evaluation

drift: $(READY) ## a newly published OpenAPI document against the contract: CONTRACT=file [OUT=drift.md]
	@$(PY) -m conformance drift "$(CONTRACT)" $(if $(OUT),--out "$(OUT)")

examples: $(READY) ## make docs/examples anew, a conformant and a faulty run: [PORT=8080]
	@PORT=$(PORT) PYTHON="$(CURDIR)/$(PY)" docs/examples/make.sh

docs: $(READY_DEV) ## build the documentation into site/, strictly
	@NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs build --strict --quiet
	@test ! -f reports/kill-matrix.json || $(PY) -m conformance matrix reports/kill-matrix.json --out site/kill-matrix.html

allure: ## render REPORT/allure-results with Allure 3 (Node): [REPORT=reports/latest]
	@npx --yes allure@3.18.0 awesome --single-file --output "$(REPORT)/allure" "$(REPORT)/allure-results"

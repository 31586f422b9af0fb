# Everything runs from here: `make demo` to see it, `make test` to trust it. Needs git, make and Python 3.11 or newer.
PYTHON ?= python3
ARGS ?=
TOOLS := .tools
VENV := .venv
PY := $(VENV)/bin/python
RUN_VENV := .venv-run
# An uv already on the machine serves; otherwise one is put into .tools, away from the system's Python.
UV := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/bin/uv)
# Much of a test's time is waiting: for processes, models, deadlines and restarts. Four share two cores well.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) * 2 )))
CODE := bot handlers providers storage playground benchmarks tests
# Tests open thousands of small databases. In memory they do not wait for the disk; 4 GB must be free there.
MEMORY_FOLDER := $(shell [ -w /dev/shm ] && [ $$(df -Pk /dev/shm | awk 'NR == 2 {print $$4}') -gt 4000000 ] && echo /dev/shm)
PYTEST = $(if $(MEMORY_FOLDER),TMPDIR=$(MEMORY_FOLDER)) $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

CHANGED = { git diff --name-only --diff-filter=d HEAD; git ls-files --others --exclude-standard; } | grep '\.py$$'

.PHONY: demo test test-heavy test-all watch check run doctor setup-run check-run bench bench-quick setup lock format pictures release deploy-tools check-deploy clean help

help:  ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "make %-12s %s\n", $$1, $$2}'

demo: setup  ## the practice workspace, the bot, and a page to cast a face on
	@$(PY) -m playground demo $(ARGS)

test: setup  ## every behaviour, in some minutes
	@$(PYTEST) -m "not heavy" $(ARGS)

test-heavy: setup  ## statistical tests at full size, and long runs with processes
	@$(PYTEST) -m heavy $(ARGS)

test-all: setup  ## both of these
	@$(PYTEST) $(ARGS)

watch: setup  ## rerun the tests named after changed files
	@seen=; while sleep 1; do \
		state=$$($(CHANGED) | xargs cksum); [ "$$state" = "$$seen" ] && continue; seen=$$state; \
		tests=$$(for file in $$($(CHANGED)); do \
			name=$$(basename $$file .py); find tests -name "test_$${name#test_}.py"; done | sort -u); \
		[ -z "$$tests" ] || $(PY) -m pytest -q $$tests || true; \
	done

check: setup  ## format, lint, types, import contracts
	@$(VENV)/bin/ruff format --check $(CODE)
	@$(VENV)/bin/ruff check $(CODE)
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

run: setup-run  ## the bot for a real workspace; variables in .env.example
	@$(RUN_VENV)/bin/python -m bot run

doctor: setup-run  ## what works and what is missing; costs nothing
	@$(RUN_VENV)/bin/python -m bot doctor

check-run: setup-run  ## the product with nothing but requirements/run.lock
	@ENV_FILE= $(RUN_VENV)/bin/python -m tests.support.product_imports
	@ENV_FILE= $(RUN_VENV)/bin/python -m bot --help >/dev/null
	@ENV_FILE= DATA_DIR=$(TOOLS)/check-run $(RUN_VENV)/bin/python -m bot doctor | grep -q "^ok      engine"

bench: setup  ## the figures of docs/benchmarks.md
	@$(PY) -m benchmarks --write $(ARGS)

bench-quick: setup  ## the same in ten minutes
	@$(PY) -m benchmarks --quick $(ARGS)

pictures: setup  ## the pictures of README and docs, from the running product
	@$(PY) -m playground pictures

format: setup  ## put the code into its format
	@$(VENV)/bin/ruff format $(CODE)
	@$(VENV)/bin/ruff check --fix $(CODE)

setup: $(VENV)/.synced  ## .venv with the exact versions of requirements/dev.lock

$(VENV)/.synced: requirements/dev.lock
	@$(MAKE) --no-print-directory $(UV)
	@echo "Installing the Python packages into $(VENV). This takes about a minute, the first time only."
	@test -x $(PY) || $(UV) venv -q --python $(PYTHON) --no-python-downloads $(VENV)
	@$(UV) pip sync -q --python $(PY) --require-hashes requirements/dev.lock
	@touch $@

setup-run: $(RUN_VENV)/.synced  ## .venv-run with the exact versions of requirements/run.lock: what the bot needs, no more

$(RUN_VENV)/.synced: requirements/run.lock
	@$(MAKE) --no-print-directory $(UV)
	@echo "Installing the Python packages into $(RUN_VENV). This takes about half a minute, the first time only."
	@test -x $(RUN_VENV)/bin/python || $(UV) venv -q --python $(PYTHON) --no-python-downloads $(RUN_VENV)
	@$(UV) pip sync -q --python $(RUN_VENV)/bin/python --require-hashes requirements/run.lock
	@touch $@

$(TOOLS)/bin/uv: requirements/tools.lock
	@echo "Installing uv into $(TOOLS)."
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/tools.lock
	@touch $@

lock: $(UV)  ## compile the lock files again from pyproject.toml
	@printf 'uv==0.13.9\n' | $(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 - -o requirements/tools.lock
	@$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml --extra tracing --group dev -o requirements/dev.lock
	@$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -c requirements/dev.lock -o requirements/run.lock
	@$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml --extra tracing -c requirements/dev.lock -o requirements/tracing.lock
	@$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group deploy -o requirements/deploy.lock

deploy-tools: $(TOOLS)/deploy/.synced  ## the tools of check-deploy, into .tools/deploy

check-deploy: setup deploy-tools  ## Dockerfile, compose, systemd, proxies, alerts, each by its own tool
	@$(PY) -m pytest -q -p no:cacheprovider -rs tests/unit/deploy

release: $(UV) deploy-tools  ## dist/: archive of this commit, its SBOM (CycloneDX) and checksums
	@test -x $(TOOLS)/run/bin/python || $(UV) venv -q --python $(PYTHON) --no-python-downloads $(TOOLS)/run
	@$(UV) pip sync -q --python $(TOOLS)/run/bin/python --require-hashes requirements/run.lock
	@$(TOOLS)/deploy/bin/cyclonedx-py environment --pyproject pyproject.toml --output-reproducible --of JSON \
		-o $(TOOLS)/sbom.cdx.json $(TOOLS)/run/bin/python
	@deploy/release.sh dist $(TOOLS)/sbom.cdx.json

# Debian's packages are unpacked and not installed, so that no server starts.
$(TOOLS)/deploy/.synced: requirements/deploy.lock
	@$(MAKE) --no-print-directory $(UV)
	@echo "Installing the tools that check deployment files into $(TOOLS)/deploy."
	@test -x $(TOOLS)/deploy/bin/python || $(UV) venv -q --python $(PYTHON) --no-python-downloads $(TOOLS)/deploy
	@$(UV) pip sync -q --python $(TOOLS)/deploy/bin/python --require-hashes requirements/deploy.lock
	@[ "$$(id -u)" != 0 ] || apt-get update -qq >/dev/null 2>&1 || true
	@mkdir -p $(TOOLS)/deploy/debian && cd $(TOOLS)/deploy/debian && for package in prometheus nginx caddy; do \
		apt-get download -qq $$package >/dev/null 2>&1 && dpkg-deb -x $${package}_*.deb . \
		|| echo "no $$package: its checks are skipped"; rm -f $${package}_*.deb; done
	@touch $@

clean:  ## forget the environment, keep the data
	@rm -rf $(VENV) $(RUN_VENV) $(TOOLS)

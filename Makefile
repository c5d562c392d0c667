# Everything a fresh machine needs, then the command asked for.
# System libraries come from Debian through apt (resources/system/packages.sh says which); Python packages from the lock file.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test test-unit test-e2e test-e2e-told-at-the-end lint format bench screenshots lock system-run system-test clean

run: system-run $(READY)
	@$(BIN)/ss-admin demo

# Both parts at once, and more processes than cores: tests wait for servers and windows a good deal. Files are begun in
# the order of tests/conftest.py. What the second part says comes in one piece.
test: system-test $(READY)
	@$(MAKE) --no-print-directory -j 2 test-unit test-e2e-told-at-the-end

test-unit: system-test $(READY)
	@echo "Unit and integration tests: SQLite, PostgreSQL, Redis and real sockets; Qt offscreen"
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest tests --ignore=tests/e2e -n 3 --dist loadfile --no-loadscope-reorder \
	  $(ARGS)

test-e2e: system-test $(READY)
	@echo "End-to-end tests: real windows under Xvfb, a real clipboard, a real Secret Service"
	tests/e2e/desktop-session $(BIN)/python -m pytest tests/e2e $(ARGS)

test-e2e-told-at-the-end:
	@$(MAKE) --no-print-directory test-e2e >$(VENV)/e2e.log 2>&1; status=$$?; cat $(VENV)/e2e.log; exit $$status

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: system-test $(READY)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m tests.benchmarks $(ARGS)

screenshots: system-test $(READY)
	tests/e2e/desktop-session $(BIN)/python -m tests.e2e.screenshots $(ARGS)

# The lock names versions and hashes for Windows, macOS and Linux, and no address to fetch them from.
lock: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-emit-find-links --no-annotate --no-header --upgrade --output-file requirements.lock

system-run:
	@sh resources/system/packages.sh run

system-test:
	@sh resources/system/packages.sh test

$(READY): requirements.lock pyproject.toml
	@sh resources/system/packages.sh python
	@test -x $(BIN)/python || { echo "Making a virtual environment in $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "Installing the locked Python packages into $(VENV) (a few minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

clean:
	rm -rf $(VENV) .build .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Two commands do it all: `make run` and `make test`.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3

.PHONY: run test test-servers check bench fuzz permissions messages lock system-run system-test system-bench

run: $(VENV)/.ready system-run messages
	@exec $(BIN)/python -m advocacy_portal.run

test: $(VENV)/.ready-test system-test messages check
	$(BIN)/python -m pytest -n 2

# Everything but the browser: what .ci/run repeats on the machine's own servers.
test-servers: $(VENV)/.ready-test system-test messages
	$(BIN)/python -m pytest -n 2 -m "not browser"

check: $(VENV)/.ready-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --lint templates --quiet
	$(BIN)/lint-imports
	DEBUG=1 $(BIN)/python manage.py makemigrations --check --dry-run

bench: $(VENV)/.ready-test system-bench messages
	$(BIN)/python -m bench $(BENCH)

# 10,000 made-up inputs to each address as each of three people; hours on a small machine.
fuzz: $(VENV)/.ready-test system-test messages
	FUZZ_ROUNDS=$${FUZZ_ROUNDS:-3400} $(BIN)/python -m pytest -n 2 tests/test_fuzz.py

# docs/permissions.md anew from the code; read what changed before committing it.
permissions: $(VENV)/.ready-test messages
	WRITE_PERMISSIONS=1 $(BIN)/python -m pytest -q tests/test_permissions_page.py

# Python packages, exact and with hashes.
$(VENV)/.ready: requirements/base.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	touch $@

$(VENV)/.ready-test: requirements/test.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	touch $@ $(VENV)/.ready

# The few system packages: Pango for the PDFs, Chromium for the browser tests.
system-run:
	@deploy/system-packages.sh pango
system-test:
	@deploy/system-packages.sh pango chromium poppler

system-bench:
	@deploy/system-packages.sh pango wrk

messages: $(VENV)/.ready
	@$(BIN)/python deploy/compile_messages.py

lock:
	cd requirements && ../$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	  --no-emit-index-url --no-emit-find-links -o test.txt test.in
	cd requirements && ../$(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	  --no-emit-index-url --no-emit-find-links -c test.txt -o base.txt base.in

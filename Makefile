# Openchair. `make run` sets up and runs an installation; `make test` runs every test.
PORT ?= 8000
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run build test soak check bench format messages wheel verify-client lock clean

run: .venv/installed build
	@$(BIN)/openchair setup
	@$(BIN)/openchair demo --if-empty
	@exec $(BIN)/openchair run --port $(PORT)

# Only what an installation needs: a person who tries Openchair does not wait for the tools that test it.
.venv/installed: requirements/run.txt requirements/build.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(PIP) --require-hashes -r requirements/run.txt -r requirements/build.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements/dev.txt
	$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

client/node_modules/installed: client/package.json client/package-lock.json
	cd client && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

CLIENT_SOURCES := $(shell find client openchair/site/static/css openchair/site/static/img -type f -not -path '*/node_modules/*' 2>/dev/null)

build: openchair/site/static/build/built openchair/site/locale/compiled

openchair/site/static/build/built: client/node_modules/installed $(CLIENT_SOURCES)
	cd client && npm run --silent build
	@touch $@

openchair/site/locale/compiled: .venv/installed $(wildcard openchair/site/locale/*/LC_MESSAGES/*.po)
	@$(BIN)/pybabel --quiet compile --domain django --directory openchair/site/locale --statistics >/dev/null 2>&1 || \
		$(BIN)/pybabel compile --domain django --directory openchair/site/locale
	@touch $@

test: .venv/installed-dev build
	$(BIN)/pytest -n 2 --dist loadgroup
	cd client && npm run --silent test

# An hour or two: the server is killed 500 times on SQLite and 500 times on PostgreSQL while members write.
soak: .venv/installed-dev build
	SOAK_ROUNDS=500 $(BIN)/pytest tests/test_vault_faults.py -k killed

check: .venv/installed-dev build
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy openchair
	$(BIN)/lint-imports
	git ls-files '*.html' | xargs -r $(BIN)/djade --target-version 5.2 --check
	$(BIN)/djlint --lint --quiet openchair
	cd client && npm run --silent check
	SECRET_KEY=check-$$(head -c 48 /dev/urandom | base64 -w 0) OPENCHAIR_HOME=$$(mktemp -d) \
		SITE_URL=https://meetings.example.org BEHIND_PROXY=True \
		$(BIN)/python -W error manage.py check --deploy --fail-level WARNING
	OPENCHAIR_HOME=$$(mktemp -d) $(BIN)/python manage.py makemigrations --check --dry-run
	OPENCHAIR_HOME=$$(mktemp -d) $(BIN)/python -m scripts.messages --check

bench: .venv/installed-dev build
	$(BIN)/python -m benchmarks

format: .venv/installed-dev
	$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format .
	git ls-files '*.html' | xargs -r $(BIN)/djade --target-version 5.2
	cd client && npx biome check --write .

messages: .venv/installed-dev
	$(BIN)/python -m scripts.messages

wheel: .venv/installed build
	$(PIP) --require-hashes -r requirements/build.txt
	$(BIN)/python -m hatchling build -t wheel

# Builds script and style again in a clean copy, from the locked packages, and compares them with what is here.
verify-client: build
	$(PYTHON) -m scripts.verify_client

lock:
	$(BIN)/python -m pip install --quiet uv
	for name in run build dev; do \
		if [ $$name = run ]; then from=pyproject.toml; else from=requirements/$$name.in; fi; \
		$(BIN)/uv pip compile $$from --python-version 3.11 --universal --generate-hashes \
			--prerelease if-necessary-or-explicit --no-emit-index-url --no-header --quiet \
			--output-file requirements/$$name.txt; \
	done

clean:
	rm -rf .venv client/node_modules openchair/site/static/build dist

# Fanlight. `make demo` to see it, `make test` to trust it. Needs Python >= 3.11, make and a C library.
PYTHON ?= python3
UV := .venv/bin/uv
.PHONY: setup studio demo serve check format test trust trust-long bench docs dist

setup: .venv/.synced studio ## install everything into .venv and build Studio
.venv/.synced: pyproject.toml uv.lock $(wildcard packages/*/pyproject.toml)
	@scripts/bootstrap $(PYTHON)
studio: .venv/.synced ## build Studio when its sources changed
	@.venv/bin/python hatch_build.py
demo: setup ## server, sample agents, Studio: stays up until Ctrl-C
	@.venv/bin/fanlight demo
serve: setup ## the server alone
	@.venv/bin/fanlight serve
check: setup ## format, lint, types, floors, Studio's types and unit tests
	@scripts/check
format: setup ## rewrite the sources in the house's format
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .
test: setup ## every test; installs Chromium when it is missing and the user is root
	@scripts/test
trust: setup ## the campaigns behind GUARANTEES.md: one table of figures
	@scripts/trust
trust-long: setup ## the longest forms of them: hours
	@scripts/trust --long
bench: setup ## the benchmark table
	@.venv/bin/python -m compileall -q fanlight packages benchmarks
	@.venv/bin/python -m benchmarks $(ARGS)
docs: setup ## regenerate the reference pages from the code
	@.venv/bin/python scripts/reference
dist: setup ## sdist and wheel
	@$(UV) build && $(UV) export --frozen --no-dev --extra server --extra run --no-emit-workspace --quiet --output-file dist/requirements.txt >/dev/null

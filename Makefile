# `make help` lists the targets.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
CODE := tutela tutela_verify tests benchmarks tools
PRESENT := $(wildcard $(CODE))
WORKERS ?= auto
PYTHON ?=
PYTEST_ARGS ?=
LOCK_ARGS := --quiet --universal --generate-hashes --python-version 3.11 --no-emit-index-url --no-emit-find-links

# What was compiled once is kept: the tests start the program a thousand times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup oracles demo test check static floor crash doors guard-probing guard-switch guard-world bench-connects bench-console bench-drift bench-guard-library bench-ledger bench-networks bench-filing bench-guard bench-hashes bench-identifiers bench-intake bench-removals bench-returns bench-rings bench-rules bench-spark bench-terms bench-views bench-world bench-walks lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## the environment in .venv; quick when nothing changed
	@PYTHON="$(PYTHON)" sh tools/setup.sh $(VENV)

oracles: setup  ## what some tests and benchmarks hold ours against; needs a C++ compiler and ICU's headers
	@sh tools/oracles.sh $(VENV)

demo: setup  ## a synthetic platform that keeps reporting, with pages on 127.0.0.1:8750
	@exec $(BIN)/tutela demo

test: setup  ## every test that this machine can run (COVERAGE=1 also notes which lines ran)
	@$(if $(COVERAGE),rm -f .coverage .coverage.*)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(if $(COVERAGE),--cov --cov-report=) $(PYTEST_ARGS)

static: setup  ## format, lint, types, import contracts, rules of the house
	$(BIN)/ruff format --check $(PRESENT)
	$(BIN)/ruff check $(PRESENT)
	$(BIN)/mypy $(PRESENT)
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q tests/house

check: static  ## all that CI holds: static checks, every test, the coverage floor of each room
	@$(MAKE) test COVERAGE=1
	@$(MAKE) floor

floor:  ## what `make test COVERAGE=1` noted, held against the floor of each room
	@mkdir -p build
	$(BIN)/coverage json --quiet -o build/coverage.json
	$(BIN)/python -m tools.coverage_floor build/coverage.json

crash: setup  ## kill -9 and cut connections under load (SECONDS=60: a short one): nothing acknowledged is lost
	$(BIN)/python -m benchmarks.crash $(if $(SECONDS),--seconds $(SECONDS))

doors: setup  ## a world of reports through every door, each stored, queued, answered (REPORTS=300: a small one)
	$(BIN)/python -m benchmarks.doors $(if $(REPORTS),--reports $(REPORTS))

guard-probing: setup  ## what somebody learns of the guard's list by asking for 100,000 words, and who is told of it
	$(BIN)/python -m benchmarks.guard_probing

guard-switch: setup  ## how long the emergency switch takes on every surface of a platform, and back, and who is named as late
	$(BIN)/python -m benchmarks.guard_switch

guard-world: setup  ## 5,000 listed tags and queries on every surface of a platform: no leak, no harm (LISTED=200: a small one)
	$(BIN)/python -m benchmarks.guard_world $(if $(LISTED),--listed $(LISTED))

bench-console: setup  ## the queue and a case's page with a million cases: milliseconds and bytes (CASES=100000: a small one)
	$(BIN)/python -m benchmarks.console $(if $(CASES),--cases $(CASES))

bench-ledger: setup  ## a million leaves exported and verified beside bare SHA-256
	$(BIN)/python -m benchmarks.ledger

bench-views: setup  ## how much reviewers see of a world full of duplicates, against a look at every item
	$(BIN)/python -m benchmarks.views

bench-identifiers: setup  ## recall and false stops of the scanner of statements, in six languages
	$(BIN)/python -m benchmarks.identifiers

bench-drift: setup  ## how early what replaces a blocked tag is a lead, in worlds that a seed draws (WORLDS=2: a few)
	$(BIN)/python -m benchmarks.guard_drift $(if $(WORLDS),--worlds $(WORLDS))

bench-filing: setup  ## 10,000 statements to a database that fails on purpose: each filed exactly once
	$(BIN)/python -m benchmarks.filing

bench-guard-library: setup  ## the guard in a program: 10 M queries, its server killed, silent and back (QUERIES=240000: few)
	$(BIN)/python -m benchmarks.guard_library $(if $(QUERIES),--queries $(QUERIES))

bench-guard: setup  ## a query in the guard beside a bare search, recall of variants, harm (QUERIES=10000000: memory too)
	$(BIN)/python -m benchmarks.guard_http
	$(BIN)/python -m benchmarks.guard $(if $(QUERIES),--queries $(QUERIES))

bench-hashes: oracles  ## PDQ search beside threatexchange and faiss (HASHES=100000: a small one)
	$(BIN)/python -m benchmarks.hashes $(if $(HASHES),--hashes $(HASHES))

bench-intake: setup  ## notices per second over HTTP beside pgbench
	$(BIN)/python -m benchmarks.intake

bench-removals: setup  ## many removals from a file to filed, killed and undone, beside pgbench (REMOVALS=20000: a small one)
	$(BIN)/python -m benchmarks.removals $(if $(REMOVALS),--removals $(REMOVALS))

bench-connects: setup  ## how often random seeds of a world, and those of its rings, are said to connect (DRAWS=10: a few)
	$(BIN)/python -m benchmarks.connects $(if $(DRAWS),--draws $(DRAWS))

bench-returns: setup  ## who comes back under a new id in a world of a hundred thousand, and who is taken for one
	$(BIN)/python -m benchmarks.returns $(if $(ACCOUNTS),--accounts $(ACCOUNTS))

bench-rings: setup  ## rings of a world of a million accounts, each from three of its own (ACCOUNTS=100000, HIDE=0.5, RANK=1)
	$(BIN)/python -m benchmarks.rings $(if $(ACCOUNTS),--accounts $(ACCOUNTS)) $(if $(HIDE),--hide $(HIDE)) $(if $(RANK),--rank)

bench-networks: setup  ## accounts found from a few in labelled graphs, beside other methods (SEEDS=10, DRAWS=2: a small one)
	$(BIN)/python -m benchmarks.networks $(if $(SEEDS),--seeds $(SEEDS)) $(if $(DRAWS),--draws $(DRAWS))

bench-rules: setup  ## a hundred rules an event through our wrapper beside bare cel-cpp
	$(BIN)/python -m benchmarks.rules

bench-spark: oracles  ## the engine of Spark beside the local one on a million accounts; needs Java 17 (EDGES=200000: a small one)
	$(BIN)/python -m benchmarks.spark $(if $(EDGES),--accounts $$(( $(EDGES) / 20 )) --edges $(EDGES))

bench-terms: oracles  ## terms in raw posts, folded and searched, beside pyahocorasick, ICU and decancer
	$(BIN)/python -m benchmarks.terms

bench-world: setup  ## a world of a million accounts made twice: time, memory, and the same bytes without newer instructions
	$(BIN)/python -m benchmarks.world

bench-walks: oracles  ## walks over a million accounts beside scipy, scikit-network and igraph (EDGES=200000: a small one)
	$(BIN)/python -m benchmarks.walks $(if $(EDGES),--accounts $$(( $(EDGES) / 20 )) --edges $(EDGES))

lock: setup  ## resolve the locked dependencies anew; UPGRADE=--upgrade takes newer ones
	$(BIN)/uv pip compile pyproject.toml --group build $(LOCK_ARGS) $(UPGRADE) \
	  --custom-compile-command "make lock" --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group build --group dev $(LOCK_ARGS) $(UPGRADE) \
	  --constraints requirements.lock --custom-compile-command "make lock" --output-file requirements-dev.lock
	$(BIN)/uv pip compile pyproject.toml --group build --group dev --group oracles $(LOCK_ARGS) $(UPGRADE) \
	  --constraints requirements-dev.lock --custom-compile-command "make lock" --output-file requirements-oracles.lock

clean:  ## remove what checks and builds left; the environment stays
	rm -rf build dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(PRESENT) -name __pycache__ -type d -prune -exec rm -rf {} +

# Two commands are enough: `make demo` and `make test`. Everything they need is installed into .venv first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: help install demo test check format bench faults chaos hostile fuzz clean

help: ## List what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 demo")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $@

install: $(INSTALLED) ## Create .venv and install everything into it

demo: $(INSTALLED) ## The whole road on the shipped site: crawl, parse, generate, train, evaluate, publish
	$(BIN)/finetune demo

test: $(INSTALLED) ## The whole test suite
	$(BIN)/python -m pytest

check: $(INSTALLED) ## Lint, types, imports, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy agent workers
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

format: $(INSTALLED) ## Format and mend what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(INSTALLED) ## Measure, each figure beside its baseline
	$(BIN)/python -m tests.bench

faults: $(INSTALLED) ## Break every process in every stage, three times and more, and print the recoveries
	FAULT_REPEATS=$${FAULT_REPEATS:-3} $(BIN)/python -m pytest tests/faults tests/workers/train/test_resume.py -m "fault or slow_fault"

chaos: $(INSTALLED) ## Five times ten minutes of random faults while twenty jobs run
	$(BIN)/python -m tests.faults.chaos --seeds 1-5 --jobs 20 --minutes 10

hostile: $(INSTALLED) ## Read bombs, loops, lies and noise, and print a table of what happened
	$(BIN)/python -m tests.workers.parse.hostile

fuzz: $(INSTALLED) ## Ten minutes of mutated documents through every parser; prints its seeds
	$(BIN)/python -m tests.workers.parse.fuzz --minutes $${FUZZ_MINUTES:-10} $${FUZZ_SEED:+--seed $$FUZZ_SEED}

clean: ## Remove what was built (not your jobs: they lie in FINETUNE_HOME)
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .import_linter_cache

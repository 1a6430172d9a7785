# Two commands: `make repro` and `make test`. Needs Python 3.11 to 3.13, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
INSTALLED := $(VENV)/.installed
export PATH := $(BIN):$(PATH)

.PHONY: repro test attack bench bench-train lock

repro: $(INSTALLED)
	dvc repro
	@echo
	@dvc metrics diff --all --targets metrics/evaluate.json  # one below the other: the last commit's and today's
	@echo
	@ser agree
	@echo "Report, to open in a browser and listen to: plots/report.html. Pictures: plots/*.png"

test: $(INSTALLED)
	ruff check
	mypy
	lint-imports
	pytest

# Some 20 minutes of hostile audio, archives and more; less with ATTACK="--share 0.1", one kind with ATTACK=audio.
attack: $(INSTALLED)
	PYTHONPATH=src python -m tests.hostile.attack $(ATTACK)

bench: $(INSTALLED)
	python benchmarks/extraction.py

bench-train: $(INSTALLED)
	python benchmarks/networks.py

# Exact versions for every supported Python, with hashes. Uses the environment as it stands: the lock may be why it fails.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --fork-strategy fewest \
		--generate-hashes --no-emit-index-url --no-annotate --no-header --quiet --output-file requirements.lock

# A half-made environment has no stamp, and is made anew.
$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "error: Python 3.11, 3.12 or 3.13 is needed, this is %d.%d. Name another: make PYTHON=python3.12" % v)'
	rm -f $@
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

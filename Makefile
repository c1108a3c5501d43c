# make book     read the book: make the environment, build, serve on this machine
# make test     check everything: style, mathematics, notebooks, the book as built, in a browser
# make lab      work in copies of the notebooks, in JupyterLab
# make html     build only, into _build/html
# make notebooks  run every notebook and write its outputs back
# make dist     one zip of the built book that opens without a server
# make pdf      the whole course as one PDF
# make release  the zip, the PDF and the package's wheel in _build/release, as a tag v... publishes them
# make other-cpu  the notebooks' outputs as an older processor computes them
# make nightly  what `make test` leaves to the night: notebooks give the same bytes; every page and every link in the browser
# make alarms   spoil stored outputs and formulas; the notebooks must notice
# make versions  the tests on the oldest and newest numpy and Python
# make mutation  alters the package, one sign or index at a time; a test must fail (an hour or two)
# make attack   alters every right answer and every claim; none that is wrong may pass (some minutes)
# make bench    our gradients beside PyTorch's and JAX's
# make lighthouse  the weight and speed of the pages
# make lock     resolve requirements.txt anew from pyproject.toml

PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
STATE := $(CURDIR)/.venv/state

export PORT
export OPENBLAS_NUM_THREADS := 1
export PATH := $(CURDIR)/$(BIN):$(PATH)
# What the tools like to keep in the home directory stays in the clone.
export XDG_CACHE_HOME := $(CURDIR)/.venv/cache
export UV_CACHE_DIR := $(CURDIR)/.venv/cache/uv
export UV_PYTHON_INSTALL_DIR := $(CURDIR)/.venv/cache/python
export npm_config_cache := $(CURDIR)/.venv/cache/npm
export MPLCONFIGDIR := $(STATE)/matplotlib
export IPYTHONDIR := $(STATE)/ipython
export JUPYTER_CONFIG_DIR := $(STATE)/jupyter
export JUPYTER_DATA_DIR := $(STATE)/jupyter-data
export JUPYTER_RUNTIME_DIR := $(STATE)/jupyter-runtime
export JUPYTERLAB_SETTINGS_DIR := $(STATE)/lab-settings
export JUPYTERLAB_WORKSPACES_DIR := $(STATE)/lab-workspaces
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Certificates that the system trusts, such as that of a school's proxy, count for uv and npm too.
export UV_SYSTEM_CERTS := 1
export NODE_USE_SYSTEM_CA := 1
# Where CI is set, pytest writes differences out whole: five minutes for one picture of a notebook.
unexport CI BUILD_NUMBER

JUPYTER_BOOK = $(BIN)/jupyter-book build book --config _config.yml --path-output . -W --keep-going -n -q
PYTEST = $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
NBVAL = --nbval --nbval-current-env --nbval-cell-timeout=60

.PHONY: book html test lint lab notebooks nightly dist pdf release other-cpu alarms versions mutation attack bench lighthouse lock clean env help
help:
	@sed -n '/^$$/q;s/^# //p' Makefile

book: html
	@$(BIN)/python -m tools.serve

env: .venv/ready
.venv/ready: requirements.txt pyproject.toml tools/env.py
	@echo "Making the environment .venv (once; about a minute)"
	@$(PYTHON) -m tools.env
	@touch $@

.venv/ready-torch: .venv/ready
	@echo "Installing PyTorch, which the tests compare with"
	@$(BIN)/python -m tools.env torch
	@touch $@

.venv/pyodide/pyodide-lock.json: .venv/ready tools/live.py tools/pyodide.txt
	@echo "Fetching numpy and matplotlib for the browser (once)"
	@$(BIN)/python -m tools.live fetch

html: .venv/ready node_modules/.ready .venv/pyodide/pyodide-lock.json
	@rm -rf _build/html/lite  # which an earlier release of the book built
	@$(JUPYTER_BOOK) >/dev/null
	@$(BIN)/python -m tools.live
	@$(BIN)/python -m tools.scripts
	@$(BIN)/python -m tools.copies _build/html/_sources --anew
	@$(BIN)/python -m tools.licences
	@echo "Built: _build/html/index.html"

node_modules/.ready: .venv/ready package.json package-lock.json
	@$(BIN)/python -m tools.assets
	@touch $@

node_modules/.ready-tests: node_modules/.ready
	@$(BIN)/python -m tools.assets --tests
	@touch $@

lint: .venv/ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

test: .venv/ready-torch node_modules/.ready-tests lint html
	@$(BIN)/python -m tools.browser
	@$(PYTEST) $(NBVAL) --durations=10 tests book

lab: .venv/ready
	@$(BIN)/python -m tools.copies work
	@find work -name '*.ipynb' -exec $(BIN)/jupyter trust {} + >/dev/null  # or their pictures are hidden until they are run
	@echo "Your copies are in work/: delete one to have it anew"
	@$(BIN)/jupyter lab --notebook-dir work

notebooks: .venv/ready
	@$(BIN)/python -m tools.notebooks

nightly: html
	@$(BIN)/python -m tools.notebooks --check
	@NIGHTLY=1 $(PYTEST) --durations=10 tests/book

dist: html
	@$(BIN)/python -m tools.dist

pdf: html
	@$(BIN)/python -m tools.pdf

release: dist pdf
	@rm -rf build _build/release && mkdir _build/release && cp _build/rnncourse-book.* _build/release
	@$(BIN)/uv build --quiet --wheel --no-build-isolation --out-dir _build/release

other-cpu: .venv/ready
	@OPENBLAS_CORETYPE=Nehalem NPY_DISABLE_CPU_FEATURES="$$($(BIN)/python -m tools.cpu)" $(PYTEST) $(NBVAL) book

alarms: .venv/ready
	@$(BIN)/python -m tools.alarms

versions: .venv/ready node_modules/.ready
	@$(BIN)/python -m tools.versions

# cosmic-ray comes for this run only, into a layer over .venv that uv keeps in its cache: nothing else needs it.
mutation: .venv/ready-torch
	@$(BIN)/uv run --quiet --no-project --python $(BIN)/python --with cosmic-ray==8.7.0 python -m tools.mutation

attack: .venv/ready
	@$(BIN)/python -m tools.attack
	@$(BIN)/python -m tools.attack_claims

bench: .venv/ready-torch
	@$(BIN)/python -m benchmarks.gradients

lighthouse: html node_modules/.ready-tests
	@$(BIN)/python -m benchmarks.pages

lock: .venv/ready
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra tests \
		--no-header --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.txt

clean:
	rm -rf _build build

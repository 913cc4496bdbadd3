# make demo   create .venv, install netwatch (compiled where that is possible), scan pcaps/
# make test   everything the tests need, then every check; what .ci/run runs
# make help   the rest
#
# PYTHON=python3.13 make ... takes another interpreter (3.11 or newer).

PYTHON ?= python3
SHELL := /bin/sh
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help

# Three environments, each for one purpose, so that no suite can import what it does not test:
DEMO := .venv
DEV := .venv-dev
COMPILED := .venv-compiled
# .venv           the installed package, as a user has it
# .venv-dev       dependencies only: lint, types, and the suite on the tree (interpreted)
# .venv-compiled  dependencies and the compiled wheel: the suite on the installed package

# An environment belongs to one Python: with another PYTHON it is made anew.
READY := ready-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
PIP := -m pip --disable-pip-version-check --quiet
LOCKED := install --require-hashes --requirement
# Never a build environment of pip's own: its contents are not locked.
BUILD := --no-build-isolation --no-deps
SOURCES := pyproject.toml setup.py MANIFEST.in README.md LICENSE \
	$(shell find netwatch signatures -name '*.py' -o -name '*.yaml' -o -name '*.json')
# The Debian packages without which the engine cannot be compiled; empty where it can.
NO_COMPILER := $(shell PYTHON='$(PYTHON)' sh .ci/tools compiler)
# The tree must not get in through the current folder where the installed package is meant.
INSTALLED := PYTHONSAFEPATH=1 PYTHONPATH=
FROM_TREE := PYTHONSAFEPATH=1 PYTHONPATH='$(CURDIR)'
# On all cores; a file's tests stay together, because they share what they built.
PARALLEL := --numprocesses auto --dist loadfile

.PHONY: help
help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## /make \1\t/p' Makefile | expand -t 18

# --- environments ---

$(DEMO)/$(READY): requirements/install.txt
	$(call create,$(DEMO),requirements/install.txt)

$(DEV)/$(READY): requirements/dev.txt
	$(call create,$(DEV),requirements/dev.txt)

$(COMPILED)/$(READY): requirements/dev.txt
	$(call create,$(COMPILED),requirements/dev.txt)

define create
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo 'netwatch needs Python 3.11 or newer; say which: make PYTHON=python3.13 ...'; exit 1; }
@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	{ echo 'this Python cannot make environments: apt-get install python3-venv'; exit 1; }
@echo 'installing $(2) into $(1)'
@rm -rf $(1) && $(PYTHON) -m venv $(1)
@$(1)/bin/python $(PIP) $(LOCKED) $(2)
@touch $(1)/$(READY)
endef

$(DEMO)/installed: $(DEMO)/$(READY) $(SOURCES)
	@echo 'installing netwatch into $(DEMO) (the engine is compiled where that is possible)'
	@$(DEMO)/bin/python $(PIP) install --force-reinstall $(BUILD) .
	@touch $@

# Compiled or not at all: a suite that silently tests the interpreted engine twice proves nothing.
.wheels/built: $(DEV)/$(READY) $(SOURCES)
	@echo 'building the compiled wheel'
	@rm -rf .wheels
	@NETWATCH_COMPILE=require $(DEV)/bin/python $(PIP) wheel $(BUILD) --wheel-dir .wheels .
	@touch $@

$(COMPILED)/installed: $(COMPILED)/$(READY) .wheels/built
	@$(COMPILED)/bin/python $(PIP) install --force-reinstall --no-deps .wheels/netwatch-*.whl
	@touch $@

# --- for people ---

.PHONY: demo
demo: $(DEMO)/installed  ## install into .venv and scan pcaps/
	@$(DEMO)/bin/netwatch --version
	$(DEMO)/bin/netwatch scan pcaps/

# --- checks ---

# Checks of the installed engine that are programs of their own, in the order in which they run.
PROGRAMS := same torture-lite parity simulate torture

.PHONY: test
test: tools lint interpreted $(if $(NO_COMPILER),,compiled $(PROGRAMS))  ## every check
	@[ -z '$(NO_COMPILER)' ] || echo 'NOT RUN for want of $(NO_COMPILER): compiled suite, $(PROGRAMS)'
	@$(MAKE) --no-print-directory tools

.PHONY: tools
tools:
	@missing=$$(PYTHON='$(PYTHON)' sh .ci/tools); [ -z "$$missing" ] || \
		echo "some checks are left out here; to run them all: apt-get install $$missing"

.PHONY: lint
lint: $(DEV)/$(READY)  ## format, lint, types
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/ruff check .
	$(DEV)/bin/mypy setup.py netwatch tests docs

# test_build.py looks into the wheel that the compiled suite installs, if that could be built.
.PHONY: interpreted
interpreted: $(DEV)/$(READY) $(if $(NO_COMPILER),,.wheels/built)  ## the suite on the tree
	NETWATCH_EXPECT_ENGINE=interpreted NETWATCH_WHEELS='$(CURDIR)/.wheels' $(FROM_TREE) \
		$(DEV)/bin/python -m pytest tests $(PARALLEL)

.PHONY: compiled
compiled: $(COMPILED)/installed  ## the suite on the installed, compiled wheel
	NETWATCH_EXPECT_ENGINE=compiled $(INSTALLED) \
		$(COMPILED)/bin/python -m pytest tests -m 'not tree' $(PARALLEL)

.PHONY: same torture-lite parity simulate torture
same:  ## both engines on every capture: identical output
torture-lite:  ## every truncation of 300 samples, 200,000 mutated frames: both engines alike
parity:  ## the real captures against an independent tool
simulate:  ## 750 made networks whose truth is known: nobody is accused, and who is there is found
torture:  ## hostile input: bounds on memory and time
$(PROGRAMS): $(COMPILED)/installed
	$(INSTALLED) $(COMPILED)/bin/python bench/$(subst -,_,$@).py

.PHONY: bench
bench: $(COMPILED)/installed  ## speed and memory against floors and peers
	$(INSTALLED)bench $(COMPILED)/bin/python bench/run.py
	$(INSTALLED)bench $(COMPILED)/bin/python bench/packs.py

.PHONY: docs
docs: $(DEV)/$(READY)  ## write what is generated in README.md and docs/
	$(FROM_TREE) $(DEV)/bin/python docs/generate.py

# --- the rest ---

# Upgrades every locked package, for all systems and Python versions at once.
.PHONY: lock
lock: .venv-lock/ready  ## write requirements/*.txt anew
	@$(PYTHON) -c 'import tomllib; \
		print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
		> .venv-lock/build.in
	$(RESOLVE) --upgrade --extra dev --output-file requirements/dev.txt
	$(RESOLVE) --constraint requirements/dev.txt --output-file requirements/install.txt

RESOLVE := .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-annotate --custom-compile-command 'make lock' \
	pyproject.toml .venv-lock/build.in

.venv-lock/ready:
	@rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock && .venv-lock/bin/python $(PIP) install uv
	@touch $@

.PHONY: clean
clean:  ## remove everything that make made
	rm -rf .venv .venv-dev .venv-compiled .venv-lock .wheels build dist *.egg-info
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

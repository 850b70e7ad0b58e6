# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Set-up and all commands of the project. Requires Python >= 3.11, git and make; the rest is installed into .venv.
PYTHON ?= python3
BIN := .venv/bin
LINK := .collections/ansible_collections/poolboy/concourse
READY := .venv/.ready $(LINK)
REQUIREMENTS := requirements.txt meta/ee-requirements.txt tests/requirements.txt tests/unit/requirements.txt
# pip has no actionlint: Go builds it, where Go is installed and actionlint is not.
GO := $(if $(shell command -v actionlint),,$(shell command -v go))
ACTIONLINT := $(if $(GO),$(BIN)/actionlint)

export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Without compiled bytecode every Ansible run takes 50 % longer.
unexport PYTHONDONTWRITEBYTECODE

# The tests that do more with POOLBOY_LONG=1.
LONG_TESTS := $(addprefix tests/functional/,\
	clean/test_killed_anywhere.py clean/test_no_lock_is_stolen.py \
	git/cache/test_cache.py git/history/test_truth.py git/push/test_release_killed.py \
	lies \
	lock/test_lock_killed.py lock/test_lock_races.py \
	resource/test_random_town.py \
	role/test_failing_rounds.py role/test_names.py role/test_output_files.py \
	schedule \
	status/test_no_defect.py \
	trigger/test_loop.py trigger/test_random_users.py) tests/unit/plugins/module_utils/_core

.PHONY: help demo test bench lint unit functional long molecule sanity units integration coverage mutants docs release format clean
.DEFAULT_GOAL := help

help: ## List the commands.
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' Makefile | expand -t 17

demo: $(READY) ## Run the collection on a demo lock repository and a demo Concourse.
	$(BIN)/python -m tests.demo

test: $(READY) $(ACTIONLINT) ## Run the checks and the tests.
	$(BIN)/python -m scripts.check

bench: $(READY) ## Measure the goals of docs/docsite/rst/performance.rst.
	PYTHONPATH="$(CURDIR)/.collections" $(BIN)/python -m ansible_collections.poolboy.concourse.tests.bench $(if $(ONLY),--only $(ONLY))

lint: $(READY) $(ACTIONLINT) ## Check the code statically: ruff, mypy, ansible-lint, and linters of documents, licenses, workflows and the artifact.
	$(BIN)/python -m scripts.check lint

unit: $(READY) ## Run the fast tests.
	$(BIN)/python -m scripts.check unit

functional: $(READY) ## Run the tests with real servers and real Ansible.
	$(BIN)/python -m scripts.check functional

long: $(READY) ## Run the tests that take many minutes: stolen locks, two holders, wrong responses, killed runs, the loop, the schedule.
	cd $(LINK) && POOLBOY_LONG=1 PYTHONPATH="$(CURDIR)/.collections" "$(CURDIR)/$(BIN)/python" -m pytest -s $(LONG_TESTS)

molecule: $(READY) ## Run all Molecule scenarios: a round, and its schedule on booted machines (as root).
	ANSIBLE_COLLECTIONS_PATH="$(CURDIR)/.collections" $(BIN)/molecule test --all

sanity: $(READY) ## Run ansible-test sanity on the oldest and the newest ansible-core.
	$(BIN)/python -m scripts.check sanity

units: $(READY) ## Run ansible-test units on the newest ansible-core.
	$(BIN)/python -m scripts.check units

integration: $(READY) ## Run ansible-test integration on the oldest and the newest ansible-core.
	$(BIN)/python -m scripts.check integration

coverage: $(READY) ## Measure which code the tests reach: all lines and branches of _core, 95 % of the other plugins.
	$(BIN)/python -m scripts.check coverage

mutants: $(READY) ## Change the rules one place at a time: some test must fail each time. RULES="verdict clean" chooses folders.
	$(BIN)/python -m scripts.mutants $(RULES)

docs: $(READY) ## Build the documentation as web pages in .cache/docs.
	@$(BIN)/python -m scripts.docsite

release: $(READY) ## Make the release VERSION=X.Y.Z: changelog, commit, tag, and the files in dist. Pushes nothing.
	@$(BIN)/python -m scripts.release $(VERSION)

format: $(READY) ## Format the code and apply the fixes of ruff.
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## Remove everything that make created.
	rm -rf .venv .cache .collections .demo .ansible .hypothesis collections dist tests/output tests/integration/inventory

.venv/.ready: $(REQUIREMENTS) scripts/environment.py
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) was not found. Choose another: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "poolboy.concourse needs Python 3.11 or newer, $(PYTHON) is %s. Choose another: make PYTHON=/path/to/python3.11" % sys.version.split()[0])'
	@echo "Creating .venv once; this takes about 15 seconds ..."
	@$(PYTHON) -m scripts.environment .venv requirements.txt tests/requirements.txt
	@touch $@

$(BIN)/actionlint: .venv/.ready
	@echo "Building actionlint once ..."
	@GOBIN="$(CURDIR)/$(BIN)" $(GO) install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 || echo "Go could not build actionlint: its check is skipped." >&2

$(LINK):
	@mkdir -p $(@D)
	@ln -s ../../.. $@

# What can be done here. `make` alone lists it.
PYTHON := .venv/bin/python
UV := .venv/bin/uv
STACK := $(PYTHON) -m sandbox.stack
GROUPS := bookings payments rooms notifier relay gateway cli sandbox dev
# What OR-tools depends on and the exact solver does not import: half of its size (docs/adr/0034-room-plan.md).
LEFT_OUT := absl-py immutabledict numpy pandas protobuf python-dateutil
WITH_ORTOOLS := rooms dev
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" --no-emit-index-url --no-emit-find-links
# Tests wait for servers a third of their time: two processes more than the machine has processors, and at most four.
SIDE_BY_SIDE := --numprocesses $(shell expr $$(getconf _NPROCESSORS_ONLN) + 2) --maxprocesses 4 \
	--dist loadscope --no-loadscope-reorder
ARGS ?=
CLUSTER := $(if $(NODES),--nodes $(NODES))

.DEFAULT_GOAL := help
.PHONY: help setup demo up run down test test-long unit interface simulate chaos check types rules approve bench docs pictures lock clean

help: ## list what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[1mmake %-9s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing: packages in .venv, and RabbitMQ unless AMQP_URL is set
	@bin/setup

demo: setup ## start everything and walk bookings through their whole life; ONCE=1 ends with the verdict
	@$(STACK) up $(if $(ONCE),--once,--walk) $(CLUSTER)

up: setup ## start everything and stay until Ctrl-C; COPIES=2 runs two of each process behind a balancer, NODES=3 makes RabbitMQ a cluster
	@$(STACK) up $(if $(COPIES),--copies $(COPIES)) $(CLUSTER)

run: setup ## run one service of the running system in this terminal, for a debugger: make run SERVICE=rooms
	@$(STACK) run $(SERVICE)

down: setup ## end what `make up` or `make demo` started elsewhere
	@$(STACK) down

test: setup ## run every test; ARGS='-k name' chooses, -n0 runs one by one
	@bin/setup --browser
	@MAKEFLAGS= $(PYTHON) -m pytest $(SIDE_BY_SIDE) $(ARGS)

test-long: ## run the tests that take long: the first command in every place, many storms, planted faults, lost nodes, chaos
	@bin/setup --browser
	@$(PYTHON) -m pytest -m long -v $(ARGS)

unit: setup ## run the tests that need neither a broker nor a database, in seconds
	@$(PYTHON) -m pytest $(SIDE_BY_SIDE) -m "not slow" tests/unit $(ARGS)

interface: setup ## run the tests of each service on a real PostgreSQL and RabbitMQ
	@$(PYTHON) -m pytest $(SIDE_BY_SIDE) tests/interface $(ARGS)

simulate: setup ## run seeds of the simulation; ARGS="--seeds 100 --workers 2", "--minutes 10", "--replay FILE", "--hunt", "--every-point", "--points", "--answers", "--planted"
	@$(PYTHON) -m tests.simulation $(ARGS)

check: rules types ## lint, types, architecture, images and contract schemas; `make -j 2 check` does two at once

types: setup
	$(PYTHON) -m mypy

rules: setup
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/hadolint Dockerfile
	.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	$(PYTHON) -m chassis.messaging.contract_schemas --check
	$(PYTHON) -m docs.generate --check

approve: setup ## approve the public surface as it is now, after a change that is meant; ARGS chooses the kinds
	@$(PYTHON) -m tests.surface $(ARGS)

chaos: setup ## kill, freeze and disturb a system of its own under load, and judge it; ARGS='--seed 1 --faults 20'
	@$(PYTHON) -m sandbox.chaos $(ARGS)

bench: setup ## measure beside a yardstick; ARGS chooses
	@$(PYTHON) -m tests.bench $(ARGS)

docs: setup ## write the generated documents and contract schemas anew
	@$(PYTHON) -m chassis.messaging.contract_schemas
	@$(PYTHON) -m docs.generate $(ARGS)

pictures: ## take the README's pictures anew, with a demonstration of its own and Chromium
	@bin/setup --browser
	@$(PYTHON) -m docs.pictures

lock: setup ## compile each dependency group into requirements/, with hashes; ARGS=--upgrade for newer ones
	@for group in $(GROUPS); do \
		echo "requirements/$$group.txt"; \
		case " $(WITH_ORTOOLS) " in *" $$group "*) left_out="$(LEFT_OUT:%=--no-emit-package %)" ;; *) left_out= ;; esac; \
		$(LOCK) $(ARGS) $$left_out --group $$group --output-file requirements/$$group.txt || exit 1; \
	done
	@echo requirements/uv.txt; $(LOCK) $(ARGS) requirements/uv.in --output-file requirements/uv.txt

clean: ## end what runs here and remove what was made; .venv stays
	@[ ! -e .run ] || [ -w .run ] || { echo "$(CURDIR)/.run belongs to another user. Run this as that user, or as root." >&2; exit 1; }
	@if [ -x $(PYTHON) ]; then $(STACK) clean; fi
	rm -rf .run .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

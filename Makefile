# Triptych. `make` alone lists what there is.
FLAVOUR ?= auto
PYTEST_ARGS ?=
BIN := .venv/bin
# One process more than there are cores, for many wait for engines and browsers, which take memory.
# Files stay whole and in their order, for what shares such.
WORKERS := $(shell n=$$(( $$(nproc) + 1 )); echo $$(( n < 4 ? n : 4 )))
BESIDE := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Kept where the environment asks not to: each process of the tests would compile everything again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow test-fast ready-to-test lint lock translations clean

help: ## this list
	@echo "Triptych: usage is 'make TARGET'. FLAVOUR=light|cpu|gpu overrides what is found."
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv for this machine (seconds when nothing has changed)
	@scripts/setup $(FLAVOUR)

demo: setup ## train three tiny variants, serve them, open a study, print its links
	@$(BIN)/triptych demo

test: ready-to-test ## the tests, with a real vLLM and a real browser
	@$(BIN)/python -m pytest -m "not slow" $(BESIDE) $(PYTEST_ARGS)

test-slow: ready-to-test ## the slow ones: killed engines, training, crowds
	@$(BIN)/python -m pytest -m slow $(PYTEST_ARGS)

test-fast: ## the tests that need no engine and no browser
	@scripts/setup $(FLAVOUR) --dev
	@$(BIN)/python -m pytest -m "not vllm and not browser and not slow" $(BESIDE) $(PYTEST_ARGS)

ready-to-test:
	@scripts/setup $(FLAVOUR) --dev --browser
	@$(BIN)/triptych demo --build-only

lint: ## ruff and mypy
	@scripts/setup $(FLAVOUR) --dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

lock: ## resolve requirements/*.txt again; UPGRADE=1 takes the newest versions
	@scripts/setup $(FLAVOUR)
	@$(BIN)/python scripts/lock.py $(if $(UPGRADE),--upgrade)

translations: ## bring app/locales in line with the texts of the raters' pages
	@scripts/setup $(FLAVOUR)
	@$(BIN)/python -m scripts.translations

clean: ## remove .venv and caches; var (database, demo models) stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist var/lock-tools

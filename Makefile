# Triptych. `make` alone lists what there is.
FLAVOUR ?= auto
PYTEST_ARGS ?=
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast lint lock translations clean

help: ## this list
	@echo "Triptych: usage is 'make TARGET'. FLAVOUR=light|cpu|gpu overrides what is found."
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv for this machine (seconds when nothing has changed)
	@scripts/setup $(FLAVOUR)

demo: setup ## train three tiny variants, serve them, open a study, print its links
	@$(BIN)/triptych demo

test: ## every test, with a real vLLM and a real browser
	@scripts/setup $(FLAVOUR) --dev --browser
	@$(BIN)/triptych demo --build-only
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

test-fast: ## the tests that need no engine and no browser
	@scripts/setup $(FLAVOUR) --dev
	@$(BIN)/python -m pytest -m "not vllm and not browser and not slow" $(PYTEST_ARGS)

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

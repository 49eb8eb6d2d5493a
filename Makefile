# The front door. Needs Python 3.11 or later with pip, and make; everything else is installed into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

# A judge that wants other versions of its libraries than the rest: it gets an environment of its own.
OLDER_MEROSS_IOT := $(VENV)/judges/meross-iot-0.4.6.2/bin/python

# Another that would decide on the versions of pytest and hypothesis.
SCHEMATHESIS := $(VENV)/judges/schemathesis-4.32.5/bin/schemathesis

# One that wants an older paho-mqtt than the others.
HOMIECLIENT := $(VENV)/judges/homieclient-0.0.1/bin/python

# A judge from npm, where npm is there; its test says what is missing where it is not.
MEROSS_CLOUD := $(if $(shell command -v npm),$(VENV)/judges/node/node_modules/meross-cloud/package.json)

# And one for the page: whether everybody can use it.
AXE := $(if $(shell command -v npm),$(VENV)/judges/axe/node_modules/axe-core/axe.min.js)

# Home Assistant 2025.4 wants Python 3.13 exactly; where that is not found, its test says so.
PYTHON_3_13 := $(firstword $(foreach python,python3.13 $(wildcard $(HOME)/.pyenv/versions/3.13*/bin/python3.13),\
	$(if $(shell $(python) -c 'print(1)' 2>/dev/null),$(python))))
HOME_ASSISTANT := $(if $(PYTHON_3_13),$(VENV)/judges/homeassistant-2025.4.4/.installed)

.PHONY: run test check e2e soak judged measure format clean

run: $(VENV)/.run ## the demo: a hub and three virtual plugs, paired, switched and read
	@$(BIN)/ownplug demo

test: $(VENV)/.dev $(OLDER_MEROSS_IOT) $(HOMIECLIENT) $(SCHEMATHESIS) $(MEROSS_CLOUD) $(AXE) $(HOME_ASSISTANT) ## every test
	$(BIN)/python -m pytest -n 3 --dist loadfile -m "not soak"

check: $(VENV)/.dev ## what every commit must pass: about a minute on two cores
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q -n 2 --hypothesis-profile=quick -m "not slow" tests/unit tests/recordings tests/docs

e2e: $(VENV)/.dev $(OLDER_MEROSS_IOT) $(HOMIECLIENT) $(SCHEMATHESIS) $(MEROSS_CLOUD) $(AXE) $(HOME_ASSISTANT) ## whole programs over real sockets, with foreign judges
	$(BIN)/python -m pytest -n 3 --dist loadfile -m e2e

SOAK_HOURS ?= 24
SOAK_MINUTES ?= 10
SOAK_KILLS ?= 100
SOAK_SEED ?= 1

soak: $(VENV)/.dev $(MEROSS_CLOUD) ## trouble for SOAK_HOURS simulated hours, for SOAK_MINUTES on sockets, and SOAK_KILLS under load
	OWNPLUG_SOAK_HOURS=$(SOAK_HOURS) OWNPLUG_SOAK_MINUTES=$(SOAK_MINUTES) OWNPLUG_SOAK_SEED=$(SOAK_SEED) \
		OWNPLUG_SOAK_KILLS=$(SOAK_KILLS) \
		$(BIN)/python -m pytest -m soak --timeout=0 tests/lasting tests/e2e/soak tests/e2e/broker/hostile

judged: $(VENV)/.dev $(OLDER_MEROSS_IOT) $(HOMIECLIENT) $(MEROSS_CLOUD) $(HOME_ASSISTANT) ## the README's table of who judged us, from a run of those tests
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "judged and not soak" --write-judged tests/e2e

measure: $(VENV)/.dev ## figures, as ratios to peers in the same run
	$(BIN)/python -m devtools.measure
	$(BIN)/python -m devtools.measure_page
	$(BIN)/python -m devtools.measure_bridges

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@echo "Setting up $(VENV) (once, about a minute) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "ownplug needs Python 3.11 or later. Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "Python cannot make a virtual environment here. On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	@$(PIP) --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	@$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/.run

$(OLDER_MEROSS_IOT): | $(VENV)/bin/python
	@$(BIN)/python -m venv $(VENV)/judges/meross-iot-0.4.6.2
	@$@ -m pip --disable-pip-version-check install --quiet 'meross-iot==0.4.6.2' || { rm -f $@; exit 1; }

$(HOMIECLIENT): | $(VENV)/bin/python
	@$(BIN)/python -m venv $(VENV)/judges/homieclient-0.0.1
	@$@ -m pip --disable-pip-version-check install --quiet 'homieclient==0.0.1' 'paho-mqtt<2' || { rm -f $@; exit 1; }

$(SCHEMATHESIS): | $(VENV)/bin/python
	@$(BIN)/python -m venv $(VENV)/judges/schemathesis-4.32.5
	@$(@D)/python -m pip --disable-pip-version-check install --quiet 'schemathesis==4.32.5' || { rm -f $@; exit 1; }

$(VENV)/judges/node/node_modules/meross-cloud/package.json: | $(VENV)/bin/python
	@npm install --prefix $(VENV)/judges/node --silent --no-audit --no-fund --no-package-lock meross-cloud@3.1.2

$(VENV)/judges/axe/node_modules/axe-core/axe.min.js: | $(VENV)/bin/python
	@npm install --prefix $(VENV)/judges/axe --silent --no-audit --no-fund --no-package-lock axe-core@4.14.1

# Its own list of versions goes first, so that it is tomorrow what it was on the day of its release.
$(VENV)/judges/homeassistant-2025.4.4/.installed: | $(VENV)/bin/python
	@test -n '$(PYTHON_3_13)' || { echo "Home Assistant 2025.4.4 needs Python 3.13, as python3.13"; exit 1; }
	@$(PYTHON_3_13) -m venv $(@D)
	@$(@D)/bin/python -m pip --disable-pip-version-check install --quiet --no-deps 'homeassistant==2025.4.4'
	@$(@D)/bin/python -m pip --disable-pip-version-check install --quiet 'homeassistant==2025.4.4' paho-mqtt \
		--constraint $(@D)/lib/python3.13/site-packages/homeassistant/package_constraints.txt
	@touch $@

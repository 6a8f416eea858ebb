# Everything a developer does, by name: `make help`. Needs GNU make and Python 3.11 or newer, nothing else.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup run test quick check audit bench messages compile-messages lock clean

# The Python that makes .venv: PYTHON=… chooses one, otherwise the first that is new enough.
PYTHON ?=
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))

VENV := .venv
VENV_PYTHON := $(VENV)/bin/python
PIP_INSTALL := $(VENV_PYTHON) -m pip install --disable-pip-version-check --require-hashes
UV ?= uv
LOCK := $(UV) pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --no-strip-extras $(ARGS) pyproject.toml

# Arguments for pytest (`make test ARGS="-k coverage -x"`) and the name of one benchmark (`make bench NAME=nightly`).
ARGS ?=
NAME ?=

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | awk -F'\t' '{ printf "make %-18s %s\n", $$1, $$2 }'

# --- environment ---------------------------------------------------------------------------------

# An environment whose Python was uninstalled, or whose making was interrupted, is made anew.
ifneq ($(shell $(VENV_PYTHON) -c 'import importlib.util as u; print(bool(u.find_spec("pip")))' 2>/dev/null),True)
.PHONY: $(VENV)/pyvenv.cfg
endif

$(VENV)/pyvenv.cfg:
	@python=; \
	for candidate in $(if $(PYTHON),"$(PYTHON)",$(CANDIDATES)); do \
	  if "$$candidate" -c '$(NEW_ENOUGH)' >/dev/null 2>&1; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  found=$$($(if $(PYTHON),"$(PYTHON)",python3) --version 2>&1) || found="no Python that runs"; \
	  echo "The portal needs Python 3.11 or newer; found: $$found. Name one with \`make PYTHON=/path/to/python3\`."; \
	  exit 1; \
	fi; \
	echo "Making $(VENV) with $$python ($$("$$python" --version 2>&1))"; \
	"$$python" -m venv --clear $(VENV) || { \
	  echo "Making $(VENV) failed. On Debian and Ubuntu the module venv is a package of its own: python3-venv."; \
	  rm -rf $(VENV); exit 1; \
	}

# Stamps are newer than what they were made from, so that an environment is filled again only when its lock changes.
$(VENV)/embedded.stamp: requirements-embedded.lock $(VENV)/pyvenv.cfg
	$(PIP_INSTALL) -r requirements-embedded.lock
	@touch $@

# The lock for development contains the one for running.
$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/pyvenv.cfg
	$(PIP_INSTALL) -r requirements-dev.lock
	@touch $(VENV)/embedded.stamp $@

setup: $(VENV)/embedded.stamp ## Make .venv and install what running needs (also done by the others)

# --- the portal ----------------------------------------------------------------------------------

run: $(VENV)/embedded.stamp ## Serve the portal on http://127.0.0.1:8000 (PORT, PORTAL_VAR) until Ctrl-C
	@exec $(VENV_PYTHON) -m portal.serve

test: $(VENV)/dev.stamp ## Run all tests, on throwaway servers of their own
	$(VENV_PYTHON) -m pytest $(ARGS)

quick: $(VENV)/dev.stamp ## Run the tests that need no browser and walk no routes: an answer in some three minutes
	$(VENV_PYTHON) -m pytest --ignore=tests/browser --ignore=tests/scope $(ARGS)

check: $(VENV)/dev.stamp ## Format, lint and security rules, types, layers, migrations, settings, catalogues, audit
	$(VENV_PYTHON) -m ruff format --check .
	$(VENV_PYTHON) -m ruff check .
	$(VENV_PYTHON) -m mypy
	$(VENV)/bin/lint-imports
	$(VENV_PYTHON) manage.py makemigrations --check --dry-run
	$(VENV_PYTHON) manage.py check
	@echo "manage.py check --deploy, with the settings of production"
	@env PORTAL_ENV=production SECRET_KEY="$$($(VENV_PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')" \
	  ALLOWED_HOSTS=portal.example DATABASE_URL=postgresql://portal.example/portal REDIS_URL=redis://portal.example \
	  SITE_URL=https://portal.example EMAIL_URL=smtp://portal.example DEFAULT_FROM_EMAIL=portal@portal.example \
	  $(VENV_PYTHON) manage.py check --deploy --fail-level WARNING
	@$(VENV_PYTHON) -c "$$CATALOGUES" check
	@$(VENV_PYTHON) -c "$$AUDIT"

audit: $(VENV)/dev.stamp ## Look for known weaknesses of what requirements.lock names (needs network; part of check)
	@$(VENV_PYTHON) -c "$$AUDIT"

bench: $(VENV)/embedded.stamp ## Run the benchmarks, or one: make bench NAME=nightly
	$(VENV_PYTHON) -m bench $(NAME)

# --- known weaknesses ----------------------------------------------------------------------------

# pip-audit asks for known weaknesses of what production installs. A weakness fails; a source that cannot be asked, or
# does not know a package, is told in one line and fails nothing: a developer without network must not be stopped.
define AUDIT
import json, subprocess, sys
command = [sys.executable, "-m", "pip_audit", "--requirement", "requirements.lock", "--disable-pip", "--no-deps"]
command += ["--format", "json", "--desc", "off", "--progress-spinner", "off", "--timeout", "5"]
try:
    done = subprocess.run(command, capture_output=True, text=True, timeout=90)
    found = json.loads(done.stdout)["dependencies"]
except (subprocess.TimeoutExpired, ValueError, KeyError):
    found = []
asked = [each for each in found if "vulns" in each]
weak = [(each["name"], each["version"], flaw) for each in asked for flaw in each["vulns"]]
for name, version, flaw in weak:
    print(f"{name} {version}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version yet'}")
if weak:
    sys.exit("Known weaknesses in requirements.lock: make lock ARGS='--upgrade-package NAME', or say in docs/security.md why not.")
if len(asked) == len(found) > 0:
    print(f"Audit: {len(asked)} packages of requirements.lock, no known weakness.")
else:
    missing = f"{len(found) - len(asked)} of {len(found)}" if found else "all"
    print(f"Audit: NOT DONE for {missing} packages of requirements.lock: the source of advisories does not know them or does not answer.")
endef
export AUDIT

# --- message catalogues --------------------------------------------------------------------------

# Compiled catalogues are committed, so that no machine needs gettext's tools to run or to compile them.
define CATALOGUES
import sys
from pathlib import Path
import polib
faults = []
for path in sorted(Path("locale").glob("*/LC_MESSAGES/*.po")):
    catalogue = polib.pofile(str(path))
    compiled = path.with_suffix(".mo")
    if sys.argv[1] == "compile":
        catalogue.save_as_mofile(str(compiled))
        continue
    if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
        faults.append(f"{compiled} is not what {path} compiles to: run make compile-messages")
    for entry in (*catalogue.untranslated_entries(), *catalogue.fuzzy_entries()):
        faults.append(f"{path}:{entry.linenum}: not translated: {entry.msgid}")
sys.exit("\n".join(faults) or None)
endef
export CATALOGUES

messages: $(VENV)/dev.stamp ## Collect texts to translate (needs xgettext), then compile the catalogues
	$(VENV_PYTHON) manage.py makemessages --locale zh_Hans --no-obsolete --no-location --no-wrap --ignore var --ignore node_modules
	@$(VENV_PYTHON) -c "$$CATALOGUES" compile

compile-messages: $(VENV)/dev.stamp ## Compile the catalogues (needs no gettext)
	@$(VENV_PYTHON) -c "$$CATALOGUES" compile

# --- upkeep --------------------------------------------------------------------------------------

lock: ## Write the three lock files from pyproject.toml (needs uv; ARGS=--upgrade for newer versions)
	@command -v $(UV) >/dev/null || { echo "make lock needs the program uv: pip install uv, or UV=/path/to/uv."; exit 1; }
	$(LOCK) --output-file requirements.lock
	$(LOCK) --extra embedded --output-file requirements-embedded.lock
	$(LOCK) --extra embedded --extra dev --output-file requirements-dev.lock

clean: ## Remove .venv and all caches; var/ with its database stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis htmlcov .coverage*
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

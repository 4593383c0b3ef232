# Each target sets up what it needs. Only python3 (3.11 or later), pip and make have to be there.
PYTHON ?= python3
UV := .venv/bin/uv
UV_VERSION := 0.13.9
# Compiled modules are kept, whatever the shell says: without them every start takes three times as long.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run install test check bench shots clean

run: .venv/.installed ## build the demonstration township if the database is empty, and serve it
	.venv/bin/smallgrid serve --demo dawangzhuang

install: .venv/.installed ## install from the lock file into .venv

test: .venv/.installed-dev ## everything: services on both databases, pages, browser
	sh tests/install_browser.sh
	.venv/bin/python -m pytest -n auto --dist loadfile

check: .venv/.installed-dev ## style, types, who may import whom
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: .venv/.installed-dev ## figures beside their floors, at 100k and 1M demands
	.venv/bin/python -m bench

shots: .venv/.installed-dev ## the screenshots in docs/
	sh tests/install_browser.sh
	.venv/bin/python -m tests.browser.shots

clean:
	rm -rf .venv

$(UV):
	$(PYTHON) -m venv --without-pip .venv
	$(PYTHON) -m pip --python .venv/bin/python install --quiet uv==$(UV_VERSION)

.venv/.installed: uv.lock pyproject.toml | $(UV)
	$(UV) sync --quiet --frozen --inexact --no-dev
	touch $@

.venv/.installed-dev: uv.lock pyproject.toml | $(UV)
	$(UV) sync --quiet --frozen --inexact
	touch $@ .venv/.installed

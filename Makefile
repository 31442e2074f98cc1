# Two commands for a newcomer: `make book` and `make test`. README.md says the same by hand.
PYTHON  ?= python3
PROFILE ?= smoke
TORCH   ?= torch
BIN     := .venv/bin

.PHONY: book test test-browser lab lab-itk check bench env clean

book: env       # execute every notebook, then build book/_build/html/index.html
	$(BIN)/lascar book --profile $(PROFILE)

test: env       # the whole suite, doctests included
	$(BIN)/pytest -q

test-browser: book  # JupyterLab and the published pages in a headless Chromium
	$(BIN)/pytest -q -rs -m browser tests/browser

lab: env        # JupyterLab on the notebooks
	$(BIN)/lascar lab

lab-itk: env    # the same with itkwidgets, from a local copy of its viewer
	$(BIN)/pip install -q -c constraints.txt -e '.[lab]'
	$(BIN)/lascar lab --itk

check: env      # format, lint, types, notebooks without outputs
	$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy
	$(BIN)/nbstripout --keep-id --verify notebooks/*.ipynb

bench: env      # time the library beside other tools: benchmarks/results/
	for name in augmentation baselines distance_maps evaluation explorer inference; do $(BIN)/python benchmarks/$$name.py || exit 1; done

env: .venv/installed
.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -c constraints.txt $(TORCH)
	$(BIN)/pip install -q -c constraints.txt -e '.[book,test]'
	touch $@

clean:          # remove what the commands above made
	rm -rf .venv book/_build build notebooks/executed assets/vendor

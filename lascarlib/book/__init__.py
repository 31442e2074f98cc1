"""Run the notebooks strictly and build the book from what they produced.

Four functions: `run_notebooks` executes, `build_book` executes and publishes, `check_notebooks`
says whether notebooks are fit to be committed, `start_lab` opens them. They need the `book` extra.
"""

from lascarlib.book.build import build_book
from lascarlib.book.lab import start_lab
from lascarlib.book.parameters import check_notebooks
from lascarlib.book.runner import BookError, NotebookRun, run_notebooks

__all__ = [
    "BookError",
    "NotebookRun",
    "build_book",
    "check_notebooks",
    "run_notebooks",
    "start_lab",
]

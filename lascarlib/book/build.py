"""Build the HTML book from the executed notebooks."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from lascarlib.book.offline import vendor_scripts
from lascarlib.book.runner import BookError, project_root, run_notebooks
from lascarlib.book.sizes import check_sizes


def build_book(*, profile: str, force: bool = False, root: Path | None = None) -> Path:
    """Execute every notebook and publish all pages as HTML.

    Only what has just been executed (or is unchanged since) is published, and any warning of the
    build fails it.

    Args:
        profile: `smoke`, `cpu` or `gpu`, injected into every notebook.
        force: execute notebooks even where nothing has changed.
        root: the checkout; found by `project_root` when not given.

    Returns:
        The path of the book's first page, `book/_build/html/index.html`.

    Raises:
        LascarError: for an unknown profile or a notebook that breaks the rules.
        BookError: if a cell fails, the build ends with a warning or an error, or a page or the book
            is too large (`lascarlib.book.sizes`).
    """
    root = project_root() if root is None else root.resolve()
    run_notebooks(profile=profile, force=force, root=root)
    print(vendor_scripts(root / "assets" / "vendor"), flush=True)
    start = time.perf_counter()
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build"]
    command.append(str(root))
    command += ["--path-output", str(root / "book"), "--all", "-W", "-n", "--keep-going", "-q"]
    if subprocess.run(command, cwd=root, check=False).returncode != 0:
        raise BookError("the book was not built: see the warnings above, each counts as an error")
    index = root / "book" / "_build" / "html" / "index.html"
    print(f"pages built in {time.perf_counter() - start:.0f} s", flush=True)
    print(check_sizes(index.parent), flush=True)
    return index

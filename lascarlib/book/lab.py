"""JupyterLab on the notebooks, with or without itkwidgets."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lascarlib.book.itk_copy import copy_itk_viewer
from lascarlib.book.runner import project_root


def start_lab(*, itk: bool, browser: bool = True, root: Path | None = None) -> int:
    """Run JupyterLab on `notebooks/` until it is stopped.

    Args:
        itk: put together itkwidgets' local viewer first (once) and let JupyterLab use it.
        browser: open a tab; otherwise only the address is printed.
        root: the checkout; found by `project_root` when not given.

    Returns:
        JupyterLab's exit code.

    Raises:
        LascarError: there is no checkout; or, with `itk`, itkwidgets is not installed.
    """
    root = project_root() if root is None else root.resolve()
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={root / 'notebooks'}"]
    if not browser:
        command.append("--no-browser")
    if itk:
        folder = root / "build" / "itk"
        print(copy_itk_viewer(folder), flush=True)
        command.append(f"--LabApp.extra_labextensions_path={folder}")
    return subprocess.run(command, cwd=root, check=False).returncode

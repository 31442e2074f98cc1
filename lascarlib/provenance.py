"""What produced a result: versions, commit and platform, stored beside it."""

import hashlib
import platform
import subprocess
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

PACKAGES = (
    "lascarlib",
    "torch",
    "monai",
    "lightning-fabric",
    "numpy",
    "scipy",
    "scikit-image",
    "scikit-learn",
    "pymaxflow",
    "nibabel",
)
"""The packages whose versions can change a number."""


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that can change a number.

    Example:
        >>> sorted(versions())[:3]
        ['lascarlib', 'lightning-fabric', 'monai']
    """
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def commit() -> str:
    """The git commit the library's source is at, "+" added where files differ from it.

    Returns:
        An abbreviated hash, or "unknown" where the library's source is in no git checkout.
    """
    try:
        _git("ls-files", "--error-unmatch", Path(__file__).name)  # a .venv may lie in a checkout
        answer = _git("describe", "--always", "--exclude=*", "--dirty=+", "--abbrev=12")
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return answer or "unknown"


def _git(*words: str) -> str:
    command = ["git", "-C", str(Path(__file__).parent), *words]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    return answer.stdout.strip()


def hash_files(files: Iterable[Path], *, root: Path) -> str:
    """SHA-256 of files: of their names below a folder and of what they hold, in their order.

    Args:
        files: all below `root`.
        root: a folder.

    Returns:
        64 hexadecimal digits.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> for name in "ab":
        ...     _ = (folder / name).write_text("the same")
        >>> hash_files([folder / "a"], root=folder) == hash_files([folder / "b"], root=folder)
        False
    """
    digest = hashlib.sha256()
    for file in files:
        name = file.relative_to(root).as_posix()
        digest.update(f"{name}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def provenance() -> dict[str, object]:
    """Versions, commit and machine in one record of JSON types."""
    return {"versions": versions(), "commit": commit(), "platform": platform.platform()}

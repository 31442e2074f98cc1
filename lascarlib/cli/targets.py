"""Where a command writes, checked before it starts to work."""

from pathlib import Path

from lascarlib.errors import LascarError


def check_folder(path: Path) -> None:
    """Refuse a folder to write into that is something else.

    Raises:
        LascarError: the path, or one above it, is a file.
    """
    for part in (path, *path.parents):
        if part.exists() and not part.is_dir():
            raise LascarError(f"{part}: a file, where a folder is needed; give another folder")

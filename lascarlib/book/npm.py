"""Scripts from the npm registry: pinned packages, checked before anything of them is used."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from lascarlib.errors import LascarError


@dataclass(frozen=True)
class NpmPackage:
    """One pinned package: the SHA-512 of its archive and what of it is needed."""

    name: str
    version: str
    sha512: str
    keep: tuple[str, ...]

    @property
    def folder(self) -> str:
        """The folder it is unpacked to: the name without its scope."""
        return self.name.rsplit("/", 1)[-1]


def fetch(package: NpmPackage, *, npm: str, folder: Path) -> Path | None:
    """Download one archive with npm and check it.

    Args:
        package: what to download.
        npm: the program.
        folder: for the archive.

    Returns:
        The archive; None if npm cannot get it.

    Raises:
        LascarError: the archive is not the one that was pinned.
    """
    command = [npm, "pack", "--silent", f"{package.name}@{package.version}"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        return None
    archive = folder / result.stdout.split()[-1]
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != package.sha512:
        raise LascarError(
            f"npm package {package.name} {package.version}: the archive is not the pinned one; "
            "do not use it and check the registry npm is set up with"
        )
    return archive


def unpack(package: NpmPackage, archive: Path, folder: Path) -> None:
    """Unpack the wanted files of an archive, and its licence.

    Args:
        package: whose `keep` names files and folders to keep; the paths of an archive of npm all
            begin with `package/`.
        archive: from `fetch`.
        folder: where the files go.
    """
    wanted = tuple(f"package/{path}" for path in package.keep)
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            if member.isfile() and member.name.startswith((*wanted, "package/LICENSE")):
                target = folder / member.name.removeprefix("package/")
                target.parent.mkdir(parents=True, exist_ok=True)
                content = tar.extractfile(member)
                assert content is not None
                target.write_bytes(content.read())

import io
import tarfile

from lascarlib.book.npm import NpmPackage, unpack


def test_only_the_wanted_files_of_an_archive_are_unpacked(tmp_path):
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as tar:
        for name in ("package/LICENSE", "package/es5/a.js", "package/es5/b.js", "es5/a.js"):
            info = tarfile.TarInfo(name)
            info.size = 1
            tar.addfile(info, io.BytesIO(b"x"))
    package = NpmPackage("@scope/name", "1.0", "", keep=("es5/a.js",))
    unpack(package, tmp_path / "a.tgz", tmp_path / package.folder)
    files = {path.name for path in (tmp_path / "name").rglob("*") if path.is_file()}
    assert files == {"LICENSE", "a.js"}

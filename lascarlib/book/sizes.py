"""How large the pages are: a reader on a slow line pays for every megabyte."""

from pathlib import Path

from lascarlib.book.runner import BookError

PAGE_MB = 15.0
"""Most that one page may weigh, with every scene and picture in it."""
BOOK_MB = 150.0
"""Most that the whole book may weigh, with its scripts."""


def check_sizes(html: Path) -> str:
    """Refuse a book, or a page of it, that is too large, and say in one line how large it is.

    Args:
        html: the folder of the built book.

    Returns:
        The line: the whole book and its largest page.

    Raises:
        BookError: a page or the book is larger than it may be.

    Example:
        >>> import tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> _ = (folder / "index.html").write_text("x" * 200_000)
        >>> check_sizes(folder)
        'the book weighs 0.2 MB, its largest page 0.2 MB (index.html)'
    """
    sizes = {path: path.stat().st_size / 1e6 for path in html.rglob("*") if path.is_file()}
    pages = {path: size for path, size in sizes.items() if path.suffix == ".html"}
    largest = max(pages, key=lambda path: pages[path])
    if pages[largest] > PAGE_MB:
        raise BookError(
            f"{largest.relative_to(html)} weighs {pages[largest]:.1f} MB, more than {PAGE_MB:g}; "
            "crop its volumes or show fewer of them"
        )
    whole = sum(sizes.values())
    if whole > BOOK_MB:
        raise BookError(f"the book weighs {whole:.0f} MB, more than {BOOK_MB:g}")
    name = largest.relative_to(html).as_posix()
    return f"the book weighs {whole:.1f} MB, its largest page {pages[largest]:.1f} MB ({name})"

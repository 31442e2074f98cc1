import pytest

from lascarlib.book import BookError, sizes
from lascarlib.book.sizes import check_sizes


def test_pages_and_the_book_have_a_limit_each(tmp_path, monkeypatch):
    (tmp_path / "a.html").write_text("x" * 3_000_000)
    (tmp_path / "b.js").write_text("x" * 5_000_000)  # counts for the book, not as a page
    assert check_sizes(tmp_path) == "the book weighs 8.0 MB, its largest page 3.0 MB (a.html)"
    monkeypatch.setattr(sizes, "BOOK_MB", 7.0)
    with pytest.raises(BookError, match="the book weighs 8 MB, more than 7"):
        check_sizes(tmp_path)
    monkeypatch.setattr(sizes, "PAGE_MB", 2.0)
    with pytest.raises(BookError, match=r"a.html weighs 3.0 MB, more than 2; crop its volumes"):
        check_sizes(tmp_path)

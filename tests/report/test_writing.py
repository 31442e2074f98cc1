"""The page and the sheet: whole, the same each time, and dependent on nothing else."""

import base64
import re
from html.parser import HTMLParser

import matplotlib as mpl
import numpy as np
import pytest

from lascarlib.report import Certainty, make_contents, write_report
from lascarlib.uncertainty import Population

mpl.use("Agg")
VOID = {"meta", "img"}
POPULATION = Population(mean=100.0, sd=10.0, n_cases=12, measure="sum")


class Page(HTMLParser):
    """Collects addresses and texts, and checks that every tag is closed in its order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.tags: set[str] = set()
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        self.addresses += [value for name, value in attrs if name in {"src", "href"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.texts.append(data)


@pytest.fixture
def written(tmp_path, tiny_cases):
    case = tiny_cases["case_0"]
    certainty = Certainty(135.0, POPULATION, True)
    contents = make_contents(
        case, case.atrium, case.scar, certainty=certainty, origin=[("training", "<a & b>")]
    )
    return write_report(tmp_path / "new", contents, case, case.atrium, case.scar)


def test_the_page_says_it_all_and_asks_nobody(written) -> None:
    text = written[0].read_text(encoding="utf-8")
    page = Page(text)
    said = " ".join(page.texts)
    assert said.count("NOT FOR CLINICAL USE") == 3  # in the tab, at the head, at the foot
    for words in ("case_0", "LA volume", "Utah stage", "DECAAF stage", "<a & b>"):
        assert words in said
    assert "3.5 SD above the mean of 12 cases; threshold lowered" in said
    (address,) = page.addresses
    assert base64.b64decode(address.removeprefix("data:image/png;base64,"))[:4] == b"\x89PNG"
    assert not page.tags & {"script", "link", "iframe"}
    assert not re.search(r"https?://|@import|url\(", text)
    assert "default-src 'none'" in text


def test_the_sheet_is_one_page_of_a4(written) -> None:
    data = written[1].read_bytes()
    assert data.startswith(b"%PDF")
    assert b"CreationDate" not in data
    assert len(re.findall(rb"/Type /Page\b", data)) == 1
    box = re.search(rb"/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)", data)
    assert [round(float(x)) for x in box.groups()] == [595, 842]


@pytest.mark.parametrize("kind", ["LA and scar", "no scar stage", "no scar", "nothing"])
def test_the_same_case_makes_the_same_bytes(tmp_path, tiny_cases, kind) -> None:
    case = tiny_cases["case_1"]
    empty = np.zeros_like(case.atrium)
    atrium = empty if kind == "nothing" else case.atrium
    scar = {"LA and scar": case.scar, "no scar stage": None}.get(kind, empty)
    contents = make_contents(case, atrium, scar, certainty=None)
    files = [
        [path.read_bytes() for path in write_report(tmp_path / day, contents, case, atrium, scar)]
        for day in ("one", "two")
    ]
    assert files[0] == files[1]
    said = " ".join(Page(files[0][0].decode()).texts)
    assert ("Utah stage" in said) == (kind in {"LA and scar", "no scar"})
    assert ("no voxel" in said) == (kind == "nothing")


def test_the_styles_of_other_figures_are_left_alone(tmp_path, tiny_cases) -> None:
    case, before = tiny_cases["case_0"], dict(mpl.rcParams)
    contents = make_contents(case, case.atrium, None, certainty=None)
    write_report(tmp_path, contents, case, case.atrium, None)
    assert dict(mpl.rcParams) == before

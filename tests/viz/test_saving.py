import pytest
from matplotlib import pyplot

from lascarlib.errors import LascarError
from lascarlib.viz import save_figure


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_the_same_figure_makes_the_same_file(tmp_path, suffix) -> None:
    for name in ("one", "two"):
        figure, ax = pyplot.subplots()
        ax.plot([0, 1], label="line")
        ax.legend()
        save_figure(figure, tmp_path / name / f"figure{suffix}")
    one, two = ((tmp_path / name / f"figure{suffix}").read_bytes() for name in ("one", "two"))
    assert one == two
    assert len(one) > 500


def test_a_refused_figure_leaves_nothing(tmp_path) -> None:
    with pytest.raises(LascarError, match=r"unknown ending; write to \.png"):
        save_figure(pyplot.figure(), tmp_path / "new" / "figure.bmp")
    assert not (tmp_path / "new").exists()

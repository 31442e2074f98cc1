import pytest

from lascarlib.errors import LascarError
from lascarlib.models.measures import read_measures

FINGERPRINT = {
    "shapes_after_crop": [[44, 576, 576], [44, 640, 640]],
    "spacings": [[2.5, 0.625, 0.625]] * 2,
    "median_relative_size_after_cropping": 1.0,
}
DATASET = {"channel_names": {"0": "MRI"}, "labels": {"bg": 0, "LA": 1}, "numTraining": 2}


def test_the_numbers_are_read() -> None:
    measures = read_measures(FINGERPRINT, {**DATASET, "channel_names": {"0": "a", "1": "b"}})
    assert measures.shapes.tolist() == [[44, 576, 576], [44, 640, 640]]
    assert measures.spacings.tolist() == [[2.5, 0.625, 0.625]] * 2
    assert (measures.relative_size, measures.n_cases) == (1.0, 2)
    assert (measures.n_channels, measures.n_labels) == (2, 2)


@pytest.mark.parametrize("key", FINGERPRINT)
def test_every_key_of_the_fingerprint_is_needed(key: str) -> None:
    rest = {name: value for name, value in FINGERPRINT.items() if name != key}
    with pytest.raises(LascarError, match=f"fingerprint has no '{key}'"):
        read_measures(rest, DATASET)


@pytest.mark.parametrize("key", DATASET)
def test_every_key_of_the_data_set_is_needed(key: str) -> None:
    rest = {name: value for name, value in DATASET.items() if name != key}
    with pytest.raises(LascarError, match=f"dataset has no '{key}'"):
        read_measures(FINGERPRINT, rest)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("shapes_after_crop", [], "at least one case"),
        ("shapes_after_crop", 3, "at least one case"),
        ("shapes_after_crop", [[44, 576, 576]], "1 shapes and 2 spacings"),
        ("shapes_after_crop", [[44, 576, 576], [44, 576]], r"\[44, 576\] in 'shapes_.*' of case 1"),
        ("shapes_after_crop", [[44, 576, 576], [44, 0, 576]], "three numbers above 0"),
        ("shapes_after_crop", [[44, 576, 576], [44, 0.5, 576]], "size under one voxel"),
        ("spacings", [[1, 1, 1], [1, "1", 1]], "in 'spacings' of case 1"),
        ("spacings", [[1, 1, 1], [1, -1, 1]], "three numbers above 0"),
        ("spacings", [[1, 1, 1], [1, float("nan"), 1]], "three numbers above 0"),
        ("spacings", [[1, 1, 1], [1, float("inf"), 1]], "three numbers above 0"),
        ("spacings", [[1, 1, 1], [1, True, 1]], "three numbers above 0"),
        ("median_relative_size_after_cropping", 0, "a share above 0, at most 1"),
        ("median_relative_size_after_cropping", 1.01, "a share above 0, at most 1"),
        ("median_relative_size_after_cropping", None, "a share above 0, at most 1"),
        ("channel_names", {}, "at least 1 by name"),
        ("channel_names", ["MRI"], "at least 1 by name"),
        ("channel_names", {"0": "CT"}, "the channel 'CT', which is no image to z-score"),
        ("labels", {"bg": 0}, "at least 2 by name"),
        ("labels", {"bg": 0, "LA": [1, 2]}, r"the label 'LA' = \[1, 2\]"),
        ("labels", {"bg": 0, "ignore": 1}, "without regions and an ignore label"),
        ("numTraining", 0, "a number of cases"),
        ("numTraining", "2", "a number of cases"),
        ("numTraining", True, "a number of cases"),
    ],
)
def test_nonsense_is_refused(key: str, value: object, words: str) -> None:
    changed = [{k: value if k == key else v for k, v in r.items()} for r in (FINGERPRINT, DATASET)]
    with pytest.raises(LascarError, match=words):
        read_measures(*changed)

import pytest

from lascarlib.errors import LascarError
from lascarlib.training.folds import make_folds, split_fold, training_seed

IDS = tuple(f"case_{k}" for k in range(11))


def test_each_case_is_held_back_exactly_once() -> None:
    folds = make_folds(IDS, n_folds=4, seed=0)
    assert [fold.name for fold in folds] == ["fold_0", "fold_1", "fold_2", "fold_3"]
    assert sorted(name for fold in folds for name in fold.validation) == sorted(IDS)
    # 11 cases in 4 folds: 3, 3, 3, 2.
    assert [len(fold.validation) for fold in folds] == [3, 3, 3, 2]
    for fold in folds:
        assert sorted(fold.training + fold.validation) == sorted(IDS)


def test_the_seed_decides_the_split() -> None:
    assert make_folds(IDS, n_folds=3, seed=1) == make_folds(IDS, n_folds=3, seed=1)
    assert make_folds(IDS, n_folds=3, seed=1) != make_folds(IDS, n_folds=3, seed=2)


def test_the_folds_are_not_just_the_order_of_the_names() -> None:
    assert make_folds(IDS, n_folds=2, seed=0)[0].validation != IDS[:6]


@pytest.mark.parametrize(("ids", "n_folds"), [(IDS, 1), (IDS, 12), ((), 2)])
def test_impossible_folds_are_refused(ids, n_folds) -> None:
    with pytest.raises(LascarError, match=f"{len(ids)} cases cannot make {n_folds} folds"):
        make_folds(ids, n_folds=n_folds, seed=0)


def test_every_network_has_a_seed_of_its_own_that_never_changes() -> None:
    names = [("atrium", "all"), ("atrium", "fold_0"), ("atrium", "fold_1"), ("scar", "all")]
    seeds = {training_seed(s, stage=stage, fold=f) for s in (0, 1) for stage, f in names}
    assert len(seeds) == 8
    assert training_seed(0, stage="atrium", fold="all") == training_seed(
        0, stage="atrium", fold="all"
    )


def test_a_folder_whose_name_ends_in_brackets_is_reached(tmp_path) -> None:
    words = str(tmp_path / "run[1]")
    assert split_fold(words) == (str(tmp_path / "run"), "1")
    (tmp_path / "run[1]").mkdir()
    assert split_fold(words) == (words, None)
    assert split_fold(f"{words}[fold_0]") == (words, "fold_0")

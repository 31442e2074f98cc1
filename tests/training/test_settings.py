import dataclasses
import json
import re

import pytest

from lascarlib.errors import LascarError
from lascarlib.training.config import Config, StageConfig
from lascarlib.training.settings import coerce, from_json, parse_settings, to_json, with_settings


def test_a_setting_changes_by_its_dotted_name_and_nothing_else_does() -> None:
    changed = with_settings(Config(), {"atrium.augmentation.mirror": False, "seed": 4})
    assert changed.atrium.augmentation.mirror is False
    assert changed.seed == 4
    back = with_settings(changed, {"atrium.augmentation.mirror": True, "seed": 0})
    assert back == Config()


def test_nested_settings_and_dotted_names_are_the_same() -> None:
    nested = with_settings(Config(), {"atrium": {"augmentation": {"gamma": 0.1}}})
    assert nested == with_settings(Config(), {"atrium.augmentation.gamma": 0.1})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sed", r"unknown setting 'sed'; did you mean seed\? known here are method, profile, seed"),
        (
            "atrium.iteration",
            r"unknown setting 'atrium.iteration'; did you mean iterations\? known here are plan, ",
        ),
        ("seed.more", "unknown setting 'seed.more'; seed has no parts"),
        ("", "unknown setting ''"),
        ("atrium.", "unknown setting 'atrium.'"),
    ],
)
def test_an_unknown_name_is_refused_with_the_known_ones(name, words) -> None:
    with pytest.raises(LascarError, match=words):
        with_settings(Config(), {name: 1})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("seed", "1", "give a whole number"),
        ("seed", 1.0, "give a whole number"),
        ("seed", True, "give a whole number"),
        ("seed", None, "give a whole number"),
        ("mirror_at_test", 1, "give True or False"),
        ("mirror_at_test", "False", "give True or False"),
        ("scar_threshold", "0.2", "give a number"),
        ("scar_threshold", False, "give a number"),
        ("method", "unet", "give one of boundary-focused"),
        ("precision", 32, "give one of auto, 32-true, bf16-mixed"),
        ("atrium.spacing_mm", (1.0, 1.0), "give 3 values in parentheses, each a number"),
        ("atrium.spacing_mm", 1.0, "give 3 values"),
        ("atrium.patch_voxels", (8, 8, 8.5), "give a whole number"),
        ("atrium.features", (), "give several values"),
        ("atrium", 3, "give settings by name"),
        ("profile", 3, "give text"),
    ],
)
def test_a_value_of_another_type_is_refused_and_named(name, value, words) -> None:
    with pytest.raises(LascarError, match=words) as raised:
        with_settings(Config(), {name: value})
    assert f"setting {name!r} is {value!r}" in str(raised.value) or "patch" in name


def test_whole_numbers_serve_as_floats_and_lists_as_tuples() -> None:
    value = coerce([2, 1.5], tuple[float, ...], name="a")
    assert value == (2.0, 1.5)
    assert type(value[0]) is float


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", -1),
        ("folds", 1),
        ("scar_threshold", 1.5),
        ("atrium.iterations", 0),
        ("atrium.batch_size", 0),
        ("atrium.epoch_iterations", 0),
        ("atrium.learning_rate", 0.0),
        ("atrium.spacing_mm", (1.0, -1.0, 1.0)),
        ("atrium.patch_voxels", (8, 0, 8)),
        ("atrium.features", (4, 0)),
        ("atrium.top_k_percent", 0.0),
        ("atrium.top_k_percent", 101.0),
        ("atrium.average_decay", -0.1),
        ("atrium.weight_decay", -1.0),
        ("atrium.decay_exponent", -1.0),
        ("atrium.augmentation.scaling", 1.0),
        ("atrium.augmentation.noise_sd", -0.1),
        ("atrium.augmentation.rotation_chance", 1.1),
        ("uncertainty.certain_threshold", 5.0),
        ("uncertainty.outlier_sd", -3.0),
    ],
)
def test_a_number_out_of_its_range_is_refused(name, value) -> None:
    words = f"setting {name!r} is {value}; give"
    with pytest.raises(LascarError, match=re.escape(words)):
        with_settings(Config(), {name: value})


def test_settings_of_a_command_line_are_python_literals_or_else_text() -> None:
    assert parse_settings(["a=1", "b=0.5", "c=True", "d=(1, 2)", "e=dice-topk", "f=a=b", "g="]) == {
        "a": 1,
        "b": 0.5,
        "c": True,
        "d": (1, 2),
        "e": "dice-topk",
        "f": "a=b",
        "g": "",
    }
    for word in ("a", "=3", ""):
        with pytest.raises(LascarError, match=f"'{word}' is not of the form NAME=VALUE"):
            parse_settings([word])
    with pytest.raises(LascarError, match="'a' is given twice; keep one"):
        parse_settings(["a=1", "b=2", "a=1"])


def test_a_config_survives_json_with_its_tuples() -> None:
    config = with_settings(Config(seed=3), {"atrium.features": (2, 4), "scar.plan": "nnunet"})
    stored = json.loads(json.dumps(to_json(config)))
    assert from_json(Config, stored) == config


def test_a_stored_config_with_a_name_of_the_future_is_refused() -> None:
    with pytest.raises(LascarError, match="unknown setting 'attention'"):
        from_json(Config, {**to_json(Config()), "attention": 1})
    with pytest.raises(LascarError, match=r"unknown setting 'atrium\.attention'"):
        from_json(Config, {"atrium": {"attention": 1}})


@pytest.mark.parametrize("record", [Config(), StageConfig()])
def test_a_config_is_frozen(record) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, dataclasses.fields(record)[0].name, 1)

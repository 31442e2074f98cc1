"""Every benchmark still runs, on a tiny volume, and writes the table it promises."""

import subprocess
import sys
from pathlib import Path

import pytest

from lascarlib.baselines import METHODS

FOLDER = Path(__file__).parents[2] / "benchmarks"
ROWS = {
    "augmentation": ("| lascarlib | ", "| MONAI | ", "| numpy | "),
    "baselines": (
        *(f"| {name} |" for name in (*METHODS, "learngc")),
        "2 iterations on 384 patches",  # 2 x (64 + 2 x 64)
    ),
    "costs": ("| BF, atrium | 256 x 320 x 20 | 2 | ", "| RTX 3090 | 71 | 24 | 12.0 | 60 | "),
    "distance_maps": (
        "| boundary, whole volume | 96 x 96 x 40 |",
        "| boundary, region of interest | ",
    ),
    "explorer": ("| explorer, one step | ", "| matplotlib, figure kept | "),
    "gpu": ("| lascarlib | 16 x 16 x 8 | 2 | ", "- On a CPU, to try the script"),
    "inference": (
        "| lascarlib | ",
        "| lascarlib, two passes | ",
        "| lascarlib, whole volume | ",
        "| MONAI, float32 | ",
    ),
    "minutes": (
        "| lascarlib | 0.02 |",
        "| lascarlib, cross-entropy | 0.02 |",
        "| lascarlib, larger | 0.02 |",
        "| lascarlib from pretrained:phantom | 0.02 |",
        "| MONAI DynUNet | 0.02 |",
    ),
    "notebooks": ("| notebook | smoke, min | smoke, GB |", "| 01_data | "),
    "phantom_ingredients": ("| everything (domain=wide) |", "| without neighbours |"),
    "zero_shot": ("| all | 4 |", "| looked at | 2 |", "| not looked at | 2 |"),
    "evaluation": ("| SciPy, all five |", "| MONAI, ASD and HD |", "| projection, official |"),
}


PARTS = {
    "contestants",
    "gpu_side",
    "inference_network",
    "minutes_page",
    "monai_peer",
    "nnunet_peer",
    "nnunet_process",
    "nnunet_side",
    "table",
}
"""Files that benchmarks import or start, tested beside this."""


def test_no_benchmark_is_left_out() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == {*ROWS, *PARTS}


@pytest.mark.parametrize("name", ROWS)
def test_the_small_run_writes_its_table(name: str, tmp_path: Path) -> None:
    command = [sys.executable, FOLDER / f"{name}.py", "--small", "--out", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / f"{name}.md").read_text(encoding="utf-8")
    for row in ROWS[name]:
        assert row in page

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "augmentation.py"


def test_the_small_run_writes_its_table(tmp_path) -> None:
    command = [sys.executable, SCRIPT, "--small", "--out", tmp_path]
    subprocess.run(command, check=True, capture_output=True, text=True)
    page = (tmp_path / "augmentation.md").read_text(encoding="utf-8")
    for row in ("| lascarlib | ", "| MONAI | ", "| numpy | "):
        assert row in page

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "evaluation.py"


def test_the_small_run_writes_its_table(tmp_path) -> None:
    command = [sys.executable, SCRIPT, "--small", "--out", tmp_path]
    subprocess.run(command, check=True, capture_output=True, text=True)
    page = (tmp_path / "evaluation.md").read_text(encoding="utf-8")
    for row in ("| SciPy, all five |", "| MONAI, ASD and HD |", "| projection, official |"):
        assert row in page

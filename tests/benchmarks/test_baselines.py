import subprocess
import sys
from pathlib import Path

from lascarlib.baselines import METHODS

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "baselines.py"


def test_the_small_run_writes_its_table(tmp_path) -> None:
    command = [sys.executable, SCRIPT, "--small", "--out", tmp_path]
    subprocess.run(command, check=True, capture_output=True, text=True)
    page = (tmp_path / "baselines.md").read_text(encoding="utf-8")
    for name in (*METHODS, "learngc"):
        assert f"| {name} |" in page
    assert "2 iterations on 384 patches" in page  # 2 x (64 + 2 x 64)

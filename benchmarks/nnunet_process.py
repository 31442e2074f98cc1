"""nnU-Net's Python as a process: where it works, what it has, and its answers.

It lives in a Python of its own (`pip install -r benchmarks/requirements-nnunet.txt`) that
`Peer(python=...)` or the environment variable NNUNET_PYTHON names; nothing here imports it.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lascarlib.errors import LascarError
from lascarlib.training.checkpoint import read_json

DATASET = "Dataset001_LA"
PYTHON_VARIABLE = "NNUNET_PYTHON"
SIDE = Path(__file__).with_name("nnunet_side.py")


@dataclass(frozen=True)
class Peer:
    """Where nnU-Net works, and with what.

    Args:
        folder: gets raw, preprocessed and results folders, images, predictions and `nnunet.log`.
        python: interpreter that has nnunetv2; NNUNET_PYTHON, else this one.
        device: "cpu" or "cuda".
        threads: of PyTorch in its main process.
        workers: processes that augment beside it, 0 for none.
        compiled: whether it may use torch.compile, as it does by default; never on a CPU.
    """

    folder: Path
    python: str = field(default_factory=lambda: os.environ.get(PYTHON_VARIABLE, sys.executable))
    device: str = "cpu"
    threads: int = 2
    workers: int = 1
    compiled: bool = False

    @property
    def raw(self) -> Path:
        """Its raw data set."""
        return self.folder / "raw" / DATASET

    @property
    def images(self) -> Path:
        """Images to predict."""
        return self.folder / "images"

    @property
    def predictions(self) -> Path:
        """Masks it found."""
        return self.folder / "predictions"


def version(peer: Peer) -> str | None:
    """The versions of nnunetv2, its torch and its Python; None where it has none, or is none."""
    code = (
        "from importlib.metadata import version as v; from platform import python_version as p; "
        "print(v('nnunetv2'), v('torch'), p())"
    )
    try:
        found = subprocess.run(
            [peer.python, "-c", code], capture_output=True, text=True, env=_inherited(peer)
        )
    except OSError:
        return None
    if found.returncode:
        return None
    return "nnunetv2 {}, torch {}, python {}".format(*found.stdout.split())


def required_version(peer: Peer) -> str:
    """The same, and a LascarError where it has none."""
    found = version(peer)
    if found is None:
        raise LascarError(
            f"{peer.python}: has no nnunetv2; let {PYTHON_VARIABLE} name a Python that has it "
            "(benchmarks/README.md)"
        )
    return found


def call(peer: Peer, task: str, **options: Any) -> dict[str, Any]:
    """Run a task of `nnunet_side.py` in nnU-Net's Python.

    Args:
        peer: its folder gets the log.
        task: name of a function there.
        options: of the task.

    Returns:
        What it answers.

    Raises:
        LascarError: it fails; the log is named and its last line quoted.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        shared = {"threads": peer.threads, "workers": peer.workers, "device": peer.device}
        words = json.dumps(options | shared | {"dataset": DATASET, "answer": str(answer)})
        path = peer.folder / "nnunet.log"
        command = [peer.python, SIDE, task, words]
        try:
            with path.open("a", encoding="utf-8") as log:
                subprocess.run(
                    command, env=_environment(peer, task), stdout=log, stderr=log, check=True
                )
        except OSError as error:
            raise LascarError(
                f"{peer.python}: cannot be run ({error.strerror}); let {PYTHON_VARIABLE} name a "
                "Python that has nnunetv2"
            ) from error
        except subprocess.CalledProcessError as error:
            lines = path.read_text(encoding="utf-8").split("\n")
            said = next((line for line in reversed(lines) if line.strip()), "no word")
            raise LascarError(
                f"{path}: nnU-Net's {task} failed ({said.strip()}); read the end of this log"
            ) from error
        return dict(read_json(answer))


def _inherited(peer: Peer) -> dict[str, str]:
    """This process's variables; where a Python of its own is named, not where ours looks."""
    ours = peer.python == sys.executable
    return {name: value for name, value in os.environ.items() if ours or name != "PYTHONPATH"}


def _environment(peer: Peer, task: str) -> dict[str, str]:
    beside = peer.workers if task == "train" else max(1, peer.workers)  # its planner wants one
    folders = {f"nnUNet_{name}": str(peer.folder / name) for name in ("raw", "preprocessed")}
    return {
        **_inherited(peer),
        **folders,
        "nnUNet_results": str(peer.folder / "results"),
        "nnUNet_compile": "t" if peer.compiled else "f",
        "nnUNet_n_proc_DA": str(beside),
        "OMP_NUM_THREADS": str(peer.threads),
    }

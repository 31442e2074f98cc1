"""A kernel that is this very interpreter, whatever kernels are installed beside it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from lascarlib.viz.viewers import EXECUTED


class ThisInterpreter(AsyncKernelManager):
    """Starts `sys.executable`, and looks no kernel up by name.

    A kernel called `python3` may belong to another environment: its notebooks would run against
    another library and nobody would notice.
    """

    @property
    def kernel_spec(self) -> KernelSpec:
        """The command and the environment of the kernel.

        Relative folders are made absolute, because a notebook runs in its own folder; progress bars
        are left to live sessions, and so are viewers that need a person (`EXECUTED`).
        """
        environment = {"PYDEVD_DISABLE_FILE_VALIDATION": "1", "TQDM_DISABLE": "1", EXECUTED: "1"}
        for name in ("LASCAR_DATA", "LASCAR_STORE"):
            if os.environ.get(name):
                environment[name] = str(Path(os.environ[name]).resolve())
        launch = [sys.executable, "-m", "ipykernel_launcher", "--log-level=CRITICAL"]
        return KernelSpec(
            argv=[*launch, "-f", "{connection_file}"],
            env=environment,
            display_name="Python 3",
            language="python",
        )

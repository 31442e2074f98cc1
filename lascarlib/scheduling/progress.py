"""How far tasks that run elsewhere have come, read from the bars in their logs."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

_BAR = re.compile(r"([^\r\n:]+):\s+(\d+)%\|")
_TAIL = 2000


def percentages(descriptions: Iterable[Mapping[str, Any]]) -> str:
    r"""The latest progress bar of every task that has a log on this file system.

    Example:
        >>> import tempfile
        >>> log = Path(tempfile.mkdtemp()) / "log"
        >>> _ = log.write_text("atrium fold_0:   1%|#  |\ratrium fold_0:  42%|## |")
        >>> percentages([{"log": str(log)}, {"log": None}])
        'atrium fold_0 42%'
    """
    found = []
    for description in descriptions:
        path = Path(description["log"] or "")
        if path.is_file():
            with path.open("rb") as file:
                file.seek(max(0, path.stat().st_size - _TAIL))
                bars = _BAR.findall(file.read().decode("utf-8", errors="replace"))
            found += [f"{bars[-1][0].strip()} {bars[-1][1]}%"] if bars else []
    return ", ".join(found)

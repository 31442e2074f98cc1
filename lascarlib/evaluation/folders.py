"""Folders of predictions scored against one data set, missing predictions included."""

from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from lascarlib.datasets import ATRIUM_FILE, Dataset, check_labelled, read_prediction
from lascarlib.errors import LascarError
from lascarlib.evaluation.score import CaseScore, score_case
from lascarlib.geometry.projection import Protocol, check_protocol


def score_folders(
    reference: Dataset,
    folders: Sequence[str | Path],
    *,
    score_scar: bool,
    protocol: Protocol = "paper",
) -> tuple[list[CaseScore], ...]:
    """Score one or several folders of predictions on the same cases, each case loaded once.

    Args:
        reference: cases with LA labels.
        folders: as `lascar predict` writes them.
        score_scar: whether scar is scored; it is only where a case has a scar label.
        protocol: "paper" or "official", see `score_case`.

    Returns:
        For each folder one row a case, in the order of the reference.

    Raises:
        LascarError: a case has no LA label, a folder has no LA of any case, a prediction is no
            binary label on its case's grid, or the protocol is unknown.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from lascarlib.case import Case
        >>> from lascarlib.datasets import write_prediction
        >>> label = np.ones((2, 2, 2), bool)
        >>> case = Case("a", np.zeros(label.shape, np.float32), np.eye(4), atrium=label)
        >>> reference = Dataset("one case", ("a",), {"a": case}.__getitem__, "", (), ("a",))
        >>> folder = tempfile.mkdtemp()
        >>> write_prediction(folder, case, label, None)
        >>> ((score,),) = score_folders(reference, [folder], score_scar=False)
        >>> score.atrium_dice, score.scar_dice
        (1.0, None)
    """
    check_protocol(protocol)
    check_labelled(reference, label="LA", purpose="evaluation")
    for folder in folders:
        if not any((Path(folder) / name / ATRIUM_FILE).is_file() for name in reference.ids):
            raise LascarError(
                f"{folder}: no <case>/{ATRIUM_FILE} of any case in {reference.source}; give the "
                "--out folder of lascar predict"
            )
    rows: tuple[list[CaseScore], ...] = tuple([] for _ in folders)
    bar = tqdm(reference, total=len(reference), desc="scoring", unit="case", delay=1, leave=False)
    for case in bar:
        for folder, scores in zip(folders, rows, strict=True):
            predicted = read_prediction(folder, case)
            scores.append(score_case(case, *predicted, score_scar=score_scar, protocol=protocol))
    return rows

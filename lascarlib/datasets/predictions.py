"""A folder of predictions: a sub-folder a case, its files named as the challenge names them."""

from pathlib import Path

import numpy as np

from lascarlib.case import Case
from lascarlib.datasets.labels import read_label
from lascarlib.io import Volume, write_volume

ATRIUM_FILE = "LA_predict.nii.gz"
"""The predicted LA in its case's folder."""
SCAR_FILE = "scar_predict.nii.gz"
"""The predicted scar beside it."""


def write_prediction(
    folder: str | Path, case: Case, atrium: np.ndarray, scar: np.ndarray | None
) -> None:
    """Write the masks of one case into its sub-folder.

    Args:
        folder: of the predictions; it is made.
        case: for its name and its grid.
        atrium: bool (x, y, z), the LA.
        scar: bool (x, y, z), or None where none was looked for; an earlier one is then removed.

    Raises:
        LascarError: as `lascarlib.io.write_volume`.

    Example:
        >>> import tempfile
        >>> label = np.ones((2, 2, 2), bool)
        >>> case = Case("a", np.zeros(label.shape, np.float32), np.eye(4))
        >>> folder = tempfile.mkdtemp()
        >>> write_prediction(folder, case, label, None)
        >>> atrium, scar = read_prediction(folder, case)
        >>> int(atrium.sum()), scar is None
        (8, True)
    """
    own = Path(folder) / case.id
    write_volume(own / ATRIUM_FILE, atrium, case.affine)
    if scar is None:  # an earlier method's scar would be scored with this one's LA
        (own / SCAR_FILE).unlink(missing_ok=True)
    else:
        write_volume(own / SCAR_FILE, scar, case.affine)


def read_prediction(folder: str | Path, case: Case) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Read what a folder of predictions holds of one case.

    Args:
        folder: as `write_prediction` fills it.
        case: that was predicted.

    Returns:
        LA and scar, bool (x, y, z) on the case's grid; None for a file that is missing.

    Raises:
        LascarError: as `lascarlib.datasets.read_label`.
    """
    own, image = Path(folder) / case.id, Volume(case.image, case.affine)
    atrium, scar = (
        read_label(own / name, like=image, of=f"case {case.id}") if (own / name).is_file() else None
        for name in (ATRIUM_FILE, SCAR_FILE)
    )
    return atrium, scar


def holds_scar(folder: str | Path) -> bool:
    """Whether a folder of predictions has scar of any case.

    Example:
        >>> holds_scar("nowhere")
        False
    """
    return any(Path(folder).glob(f"*/{SCAR_FILE}"))

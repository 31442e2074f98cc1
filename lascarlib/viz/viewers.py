"""Which program shows a scene in three dimensions, and the scene with the still beside it."""

import html
import os
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Literal, get_args

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from lascarlib.errors import LascarError

Viewer = Literal["niivue", "itk", "page"]
"""NiiVue (package ipyniivue), itkwidgets, or an embedded HTML page that needs no kernel."""
EXECUTED = "LASCAR_EXECUTED"
"""Environment variable that `lascar run` sets in its kernels, where nobody looks on."""
SCENE_HEIGHT_PX = 420
"""Of every scene, embedded or live."""
_INSTALL = {
    "niivue": "ipyniivue is not installed; NiiVue needs it: pip install 'lascarlib[book]'",
    "itk": "itkwidgets is not installed; viewer='itk' needs it: make lab-itk, or "
    "pip install -c constraints.txt -e '.[lab]'",
}
_PACKAGES = {"niivue": "ipyniivue", "itk": "itkwidgets"}


@dataclass(frozen=True)
class Page:
    """A self-contained HTML page, shown in a frame.

    Args:
        source: the page.
    """

    source: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        frame = (
            '<iframe title="The same surface; drag to turn it, scroll to come nearer" '
            f'width="100%" height="{SCENE_HEIGHT_PX}" style="border:1px solid #999999" '
            f'srcdoc="{html.escape(self.source, quote=True)}"></iframe>'
        )
        return {"text/html": frame, "text/plain": "the surface, to be turned"}


@dataclass(frozen=True, eq=False)
class Scene:
    """What can be turned or scrolled, and its still, which is all that print and e-mail keep.

    In a notebook the last expression of a cell shows both.

    Args:
        still: a figure.
        viewer: an `ipyniivue.NiiVue`, a `Page` or a `lascarlib.viz.itk.ItkWindow`. The first two
            work in a published page too.
    """

    still: Figure
    viewer: Any

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.still)
        plt.close(self.still)
        if isinstance(self.viewer, Page):  # data, lest IPython advises against frames
            display(self.viewer._repr_mimebundle_(), raw=True)
        else:
            display(self.viewer)


def choose_viewer(asked: Viewer | None, *, published: Viewer) -> Viewer:
    """The viewer that was asked for, else NiiVue, else the one that is best in a published page.

    Packages are looked for, not imported: itkwidgets changes the kernel as soon as it is imported.

    Args:
        asked: by the caller; None leaves the choice to this function.
        published: taken where `lascar run` executes the notebook, or ipyniivue is not installed.

    Returns:
        A viewer whose package is installed.

    Raises:
        LascarError: the viewer is unknown, its package is not installed, or itkwidgets was asked
            for where `lascar run` executes.

    Example:
        >>> choose_viewer("page", published="niivue")
        'page'
    """
    executed = bool(os.environ.get(EXECUTED))
    if asked is None:
        live = not executed and find_spec(_PACKAGES["niivue"]) is not None
        asked = "niivue" if live else published
    if asked not in get_args(Viewer):
        raise LascarError(f"viewer is {asked!r}; choose one of {', '.join(get_args(Viewer))}")
    if asked == "itk" and executed:
        raise LascarError(
            "viewer='itk' needs a person in JupyterLab and would spoil a notebook that `lascar "
            "run` executes; use it in a notebook of your own"
        )
    if asked in _PACKAGES and find_spec(_PACKAGES[asked]) is None:
        raise LascarError(_INSTALL[asked])
    return asked

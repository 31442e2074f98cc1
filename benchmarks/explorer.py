"""Times one step of the explorer's slice slider beside the same slice redrawn by matplotlib."""

import argparse
import io
import itertools
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from table import RESULTS, as_folder, run_script, seconds_each, write_table

from lascarlib.case import Case
from lascarlib.datasets import open_dataset
from lascarlib.phantom import COARSE, phantom_case
from lascarlib.viz import SliceView, explore, show_slice, threshold_slider
from lascarlib.viz.colours import grey_window
from lascarlib.viz.slices import outline

DPI = 90
"""360 pixels for 4 inches: as high as the explorer's picture."""
MARGIN_MM = 15.0


def main() -> None:
    """Step through the slices of one phantom in three ways, in turn, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="the coarse phantom, two rounds")
    parser.add_argument("--rounds", type=int, default=30, help="steps of each way")
    parser.add_argument("--out", type=as_folder, default=RESULTS, help="folder for the table")
    options = parser.parse_args()
    if options.small:
        case = phantom_case(0, seed=2, config=COARSE)
    else:
        case = next(iter(open_dataset("phantom:cases=1,seed=2,size=full")))
    assert case.atrium is not None
    assert case.scar is not None
    probability = np.clip(case.atrium + np.float32(0.2) * case.scar, 0, 1)
    contours = {"atrium": case.atrium, "scar": case.scar, "prediction": probability > 0.5}
    steps = {
        "explorer, one step": explorer_steps(case, probability),
        "matplotlib, figure kept": kept_figure(case, contours),
        "matplotlib, new figure": new_figure(case, contours),
    }
    rounds = 2 if options.small else options.rounds
    clocks: dict[str, Callable[[], float]] = {"work": time.thread_time, "wall": time.perf_counter}
    found = {name: seconds_each(steps, rounds=rounds, clock=at) for name, at in clocks.items()}
    own = statistics.median(found["work"]["explorer, one step"])
    rows = [
        {
            "way": name,
            "ms of work": 1000 * statistics.median(found["work"][name]),
            "times the explorer": statistics.median(found["work"][name]) / own,
            "ms on the clock, best": 1000 * min(found["wall"][name]),
            "ms on the clock, median": 1000 * statistics.median(found["wall"][name]),
        }
        for name in steps
    ]
    write_table(
        options.out / "explorer.md",
        rows,
        title="One step of a slice",
        notes=[
            f"One phantom of {' x '.join(map(str, case.image.shape))} voxels with the outlines of "
            f"LA, scar and prediction, 360 pixels high; medians of {rounds} steps, taken in turn.",
            "The explorer's step is the whole callback: slider to WebP, ready to be sent.",
            "A kept figure is given another array and other outlines, then saved as PNG, which is "
            "what ipympl sends; a new figure is `show_slice` and savefig.",
            "Work is the processor time of the thread; the clock also counts waiting for a busy "
            "machine.",
        ],
    )


def explorer_steps(case: Case, probability: np.ndarray) -> Callable[[], object]:
    """Set the live slider to the next slice."""
    panels = {"": [threshold_slider(probability)]}
    slider = explore(case, panels, view=SliceView(margin_mm=MARGIN_MM)).widget.index
    places = _middle_slices(case)

    def step() -> None:
        slider.value = next(places)

    return step


def kept_figure(case: Case, contours: dict[str, np.ndarray]) -> Callable[[], object]:
    """Give a figure another slice."""
    places, view = _middle_slices(case), SliceView(margin_mm=MARGIN_MM)
    figure, ax = plt.subplots(figsize=(4, 4), layout="constrained")
    show_slice(
        case.image, spacing_mm=case.spacing_mm, contours=contours, view=view, key=False, ax=ax
    )
    shown, extent = ax.images[0], tuple(ax.images[0].get_extent())

    def step() -> bytes:
        index = next(places)
        shown.set_data(case.image[:, :, index].T)
        for collection in list(ax.collections):
            collection.remove()
        for name, mask in contours.items():
            outline(ax, mask[:, :, index].T, name, extent)
        ax.set_title(f"axial {index}")
        return _png(figure)

    return step


def new_figure(case: Case, contours: dict[str, np.ndarray]) -> Callable[[], object]:
    """Draw another slice from nothing."""
    places = _middle_slices(case)
    view = SliceView(margin_mm=MARGIN_MM, window=grey_window(case.image))

    def step() -> bytes:
        figure, ax = plt.subplots(figsize=(4, 4), layout="constrained")
        here = replace(view, index=next(places))
        show_slice(case.image, spacing_mm=case.spacing_mm, contours=contours, view=here, ax=ax)
        picture = _png(figure)
        plt.close(figure)
        return picture

    return step


def _middle_slices(case: Case) -> Iterator[int]:
    """Slices with LA, again and again; never the same twice in a row."""
    assert case.atrium is not None
    used = np.flatnonzero(case.atrium.any(axis=(0, 1))).tolist()
    return itertools.cycle(used)


def _png(figure: plt.Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI)
    return file.getvalue()


if __name__ == "__main__":
    plt.switch_backend("Agg")
    run_script(main)

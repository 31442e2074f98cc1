"""What LearnGC learns from: stored surfaces, and batch k for any iteration k."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from lascarlib.baselines.learngc.config import LearnGCConfig
from lascarlib.baselines.learngc.surface import Surface
from lascarlib.geometry.mesh import SurfaceMesh
from lascarlib.io import write_array, write_atomically


@dataclass(frozen=True)
class Batch:
    """One iteration's patches and labels.

    Args:
        patches: float32 (vertex, scale, normal, tangent, tangent).
        scar: float32 (vertex,), 1 for scar.
        pairs: float32 (pair, 2, scale, normal, tangent, tangent).
        differ: float32 (pair,), 1 where the two labels differ.
    """

    patches: Tensor
    scar: Tensor
    pairs: Tensor
    differ: Tensor


def make_batch(surfaces: Sequence[Surface], config: LearnGCConfig, iteration: int) -> Batch:
    """Draw the batch of an iteration; it depends on the seed and the iteration alone.

    Half of the vertices are scar where a case has scar, and half of the pairs have different labels
    where it has such: both are few, and have to be learned. So a probability of one half means that
    a patch speaks for neither label. Drawn evenly, scar that is hard to see would never reach it.

    Args:
        surfaces: with scar labels.
        config: sizes, seed and offset.
        iteration: from 0.

    Returns:
        The batch.
    """
    rng = np.random.default_rng([config.seed, iteration])
    chosen = rng.integers(len(surfaces), size=config.cases_per_batch)
    shares = np.array_split(np.arange(config.batch_size), config.cases_per_batch)
    parts = [
        _draw(surfaces[which], config, len(share), rng)
        for which, share in zip(chosen, shares, strict=True)
    ]
    patches, scar, pairs, differ = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Batch(
        torch.from_numpy(patches),
        torch.from_numpy(scar.astype(np.float32)),
        torch.from_numpy(pairs),
        torch.from_numpy(differ.astype(np.float32)),
    )


def _draw(
    surface: Surface, config: LearnGCConfig, count: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Patches, labels, pairs and whether they differ, of one case."""
    assert surface.scar is not None
    half = count // 2
    vertices = rng.integers(len(surface.scar), size=count)
    if surface.scar.any():
        vertices[:half] = rng.choice(np.flatnonzero(surface.scar), size=half)
    edges = surface.mesh.edges
    across = np.flatnonzero(surface.scar[edges[:, 0]] != surface.scar[edges[:, 1]])
    picked = rng.integers(len(edges), size=count)
    if len(across):
        picked[:half] = across[rng.integers(len(across), size=half)]
    pairs = edges[picked]
    everything = np.concatenate([vertices, pairs.ravel()])
    # The two patches of a pair move together, as they do when the LA's border is wrong.
    moves = rng.uniform(-config.offset_mm, config.offset_mm, 2 * count)
    offsets_mm = np.concatenate([moves[:count], np.repeat(moves[count:], 2)])
    patches = surface.patches(everything, config, offsets_mm=offsets_mm)
    differ = surface.scar[pairs[:, 0]] != surface.scar[pairs[:, 1]]
    shape = (count, 2, *patches.shape[1:])
    return patches[:count], surface.scar[vertices], patches[count:].reshape(shape), differ


def store_surface(folder: Path, surface: Surface) -> None:
    """Write a surface with its labels: scales.npy, then graph.npz, which says it is complete."""
    write_array(folder / "scales.npy", surface.scales)
    mesh, scar = surface.mesh, surface.scar
    assert scar is not None
    parts = {
        "vertices_mm": mesh.vertices_mm,
        "normals": mesh.normals,
        "faces": mesh.faces,
        "edges": mesh.edges,
        "scar": scar,
        "start_mm": surface.start_mm,
        "spacing_mm": np.array(surface.spacing_mm),
    }

    def write(part: Path) -> None:
        with part.open("wb") as file:
            np.savez(file, allow_pickle=False, **parts)

    write_atomically(folder / "graph.npz", write)


def load_surface(folder: Path) -> Surface:
    """Read what `store_surface` wrote; the image stays on disk until it is sampled."""
    with np.load(folder / "graph.npz") as stored:
        mesh = SurfaceMesh(
            stored["vertices_mm"], stored["normals"], stored["faces"], stored["edges"]
        )
        x, y, z = stored["spacing_mm"].tolist()
        scales = np.load(folder / "scales.npy", mmap_mode="r")
        return Surface(mesh, scales, stored["start_mm"], (x, y, z), stored["scar"])

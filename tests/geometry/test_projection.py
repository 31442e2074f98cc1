"""The projection: against the challenge's programs, against a slow reading of them, by hand."""

import math
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from lascarlib.errors import LascarError
from lascarlib.geometry import find_normals, project_onto, project_scar
from lascarlib.geometry.official_normals import official_normals
from lascarlib.io import read_volume

OFFICIAL = Path(__file__).parents[1] / "evaluation" / "fixtures" / "official"
CASES = sorted(OFFICIAL.iterdir())
OBLIQUE = np.array(
    [
        [-0.31320563, -0.6799133, 2.00211902, -20.0],
        [-1.17311469, 0.42437181, -0.1576132, 30.0],
        [-0.29699183, -0.95923223, -1.48885107, 11.0],
        [0.0, 0.0, 0.0, 1.0],
    ]
)
GEOMETRIES = {
    "isotropic": np.eye(4),
    "anisotropic LPS": np.diag([-0.8, -1.25, 3.0, 1.0])
    + np.outer([81.5, 60.25, -9, 0], np.eye(4)[3]),
    "axes swapped": np.array([[0, 0, 2.5, 3], [1.0, 0, 0, 0], [0, 1.5, 0, -7], [0, 0, 0, 1.0]]),
    "oblique": OBLIQUE,
    "thick slices": np.diag([2.0, 2.0, 12.0, 1.0]),
}


def blobs(seed: int, shape: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """An LA label that touches faces of the volume, with some voxels of 500, and a scar."""
    random = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(random.standard_normal((2, *shape)), (0, 2, 2, 1.5))
    labels = np.where(smooth[0] > 0, 420, 0).astype(np.int16)
    labels[(smooth[1] > np.quantile(smooth[1], 0.99)) & (labels > 0)] = 500
    scar = (smooth[1] > np.quantile(smooth[1], 0.8)).astype(np.int16)
    scar[smooth[1] < np.quantile(smooth[1], 0.05)] = -3
    return labels, scar


def away(value: float) -> int:
    """Round half away from zero."""
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


def slow_blur(labels: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """Sampled Gaussian of 4 mm on the whole volume, rounded."""
    smooth = labels.astype(float)
    for axis in range(3):
        radius = int(np.floor(np.float32(8) / np.float32(spacing[axis])))
        weights = np.exp(-((np.arange(-radius, radius + 1) * spacing[axis]) ** 2) / 32)
        padded = np.pad(
            smooth, [(radius, radius) if a == axis else (0, 0) for a in range(3)], "edge"
        )
        parts = np.lib.stride_tricks.sliding_window_view(padded, 2 * radius + 1, axis=axis)
        smooth = parts @ (weights / weights.sum())
    return np.vectorize(away)(smooth)


def slow_projection(labels, scar, image_affine, label_affine):
    """The specification, one voxel and one step at a time."""
    shape = labels.shape
    spacing = np.linalg.norm(image_affine[:3, :3], axis=0)
    smooth = slow_blur(labels, np.linalg.norm(label_affine[:3, :3], axis=0))
    to_image, to_label = np.linalg.inv(image_affine), np.linalg.inv(label_affine)

    def inside(q):
        return all(0 <= q[a] < shape[a] for a in range(3))

    def value(world):
        point = np.clip((to_label @ [*world, 1])[:3], 0, np.array(shape) - 1)
        total = 0.0
        low = np.floor(point).astype(int)
        for step in np.ndindex(2, 2, 2):
            share = [f if s else 1 - f for s, f in zip(step, point - low, strict=True)]
            total += np.prod(share) * smooth[tuple(np.minimum(low + step, np.array(shape) - 1))]
        return total

    def look(world):
        q = tuple(away(v) for v in (to_image @ [*world, 1])[:3])
        if not inside(q):
            return "outside"
        if scar[q] > 0:
            return 422
        return 0 if labels[q] == 500 else None

    def walk(p):
        world = (image_affine @ [*p, 1])[:3]
        slope = [(value(world + h) - value(world - h)) for h in np.diag(spacing / 2)] / spacing
        if np.abs(slope).max() < 1e-9:  # zero, but for rounding
            return 421
        normal = slope / np.linalg.norm(slope)
        for step in range(21):
            for far in (0.5 * step, -0.5 * step):
                found = look(world + far * normal)
                if found == "outside":
                    break
                if found is not None:
                    return found
        return 421

    out = np.zeros(shape, np.int16)
    for p in np.ndindex(*shape):
        if not 1 <= labels[p] <= 420 or any(p[a] in (0, shape[a] - 1) for a in range(3)):
            continue
        beside = [labels[tuple(np.add(p, s * e))] for e in np.eye(3, dtype=int) for s in (1, -1)]
        if 0 in beside and all(0 <= n <= 420 for n in beside):
            out[p] = walk(p) if p[1] < shape[0] and p[2] < shape[0] else 1
    return out


@pytest.mark.parametrize("name", ["scarSegImgM", "scar_predict"])
@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_not_one_voxel_differs_from_the_challenge(folder: Path, name: str) -> None:
    image = read_volume(folder / "enhanced.nii.gz")
    labels = read_volume(folder / "atriumSegImgMO.nii.gz")
    normals = official_normals(labels.array, image_affine=image.affine, label_affine=labels.affine)
    ours = project_onto(normals, read_volume(folder / f"{name}.nii.gz").array)
    np.testing.assert_array_equal(ours, read_volume(folder / f"{name}_surface.nii.gz").array)


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("seed", range(2))
def test_official_equals_the_specification_read_slowly(geometry: str, seed: int) -> None:
    affine = GEOMETRIES[geometry]
    labels, scar = blobs(seed, (13, 15, 9))  # y reaches beyond x: 13 and 14 are never visited
    normals = official_normals(labels, image_affine=affine, label_affine=affine)
    expected = slow_projection(labels, scar, affine, affine)
    assert set(np.unique(expected)) == {0, 1, 421, 422}
    np.testing.assert_array_equal(project_onto(normals, scar), expected)


def test_the_image_and_the_label_may_lie_in_two_worlds() -> None:
    labels, scar = blobs(3, (14, 12, 10))
    shifted = np.eye(4)
    shifted[:3, 3] = [0.75, -0.5, 1.25]
    normals = official_normals(labels, image_affine=np.eye(4), label_affine=shifted)
    expected = slow_projection(labels, scar, np.eye(4), shifted)
    np.testing.assert_array_equal(project_onto(normals, scar), expected)
    assert (expected != slow_projection(labels, scar, np.eye(4), np.eye(4))).any()


@pytest.mark.parametrize("value", [1, 20, 255])
def test_the_value_of_the_label_matters_to_the_official_program(value: int) -> None:
    labels, scar = blobs(4, (14, 12, 10))
    labels[labels > 0] = value
    ours = project_onto(official_normals(labels, image_affine=OBLIQUE, label_affine=OBLIQUE), scar)
    np.testing.assert_array_equal(ours, slow_projection(labels, scar, OBLIQUE, OBLIQUE))


def test_foreign_labels_end_the_official_surface() -> None:
    # Of the cube's 26 surface voxels, those that touch the -7 above or the 600 below are none.
    labels = np.zeros((7, 7, 7), np.int16)
    labels[2:5, 2:5, 2:5] = 420
    labels[3, 3, 5], labels[3, 3, 1] = -7, 600
    normals = official_normals(labels, image_affine=np.eye(4), label_affine=np.eye(4))
    assert len(normals.voxels) == 24
    assert [3, 3, 4] not in normals.voxels.tolist()


def ball(shape=(24, 24, 24), centre=(11.5, 11.5, 11.5), radius=7.0, spacing=(1.0, 1.0, 1.0)):
    steps = np.meshgrid(*(np.arange(n) for n in shape), indexing="ij")
    parts = zip(steps, centre, spacing, strict=True)
    return sum(((step - at) * size) ** 2 for step, at, size in parts) <= radius**2


@pytest.mark.parametrize("protocol", ["official", "paper"])
def test_no_la_no_scar_and_a_single_voxel(protocol: str) -> None:
    empty, dot = np.zeros((2, 7, 7, 7), bool)
    dot[3, 3, 3] = True
    assert not project_scar(empty, dot, affine=np.eye(4), protocol=protocol).any()
    surface = project_scar(
        ball(), np.zeros((24, 24, 24), bool), affine=np.eye(4), protocol=protocol
    )
    assert np.unique(surface).tolist() == [0, 421]
    # A single voxel has no direction: "official" never looks, "paper" looks at the voxel itself.
    found = project_scar(dot, dot, affine=np.eye(4), protocol=protocol)
    assert np.argwhere(found).tolist() == [[3, 3, 3]]
    assert found[3, 3, 3] == (421 if protocol == "official" else 422)


def test_volume_faces_are_surface_in_the_paper_only() -> None:
    atrium = np.zeros((6, 6, 6), bool)
    atrium[:3, :3, :3] = True  # 27 voxels, of which (0, 0, 0) to (1, 1, 1) are 8 without background
    scar = np.zeros_like(atrium)
    paper = project_scar(atrium, scar, affine=np.eye(4), protocol="paper")
    official = project_scar(atrium, scar, affine=np.eye(4), protocol="official")
    assert (paper > 0).sum() == 27 - 1  # all but (1, 1, 1) touch background or the outside
    # Off the faces: 1 or 2 along each axis, at least one of them 2.
    assert (official > 0).sum() == 8 - 1


def test_only_the_paper_visits_a_tall_volume() -> None:
    # 10 voxels along x: what lies at y >= 10 or z >= 10 stays 1 in the official reading.
    atrium = ball((10, 18, 14), (4.5, 9.0, 7.0), 4.0)
    scar = np.ones_like(atrium)
    official = project_scar(atrium, scar, affine=np.eye(4), protocol="official")
    paper = project_scar(atrium, scar, affine=np.eye(4), protocol="paper")
    assert np.unique(paper).tolist() == [0, 422]
    np.testing.assert_array_equal(official > 0, paper > 0)
    beyond = np.zeros_like(atrium)
    beyond[:, 10:] = beyond[:, :, 10:] = True
    np.testing.assert_array_equal(official == 1, (paper > 0) & beyond)


def test_scar_is_found_up_to_ten_millimetres_away_and_not_beyond() -> None:
    atrium = np.zeros((40, 9, 9), bool)
    atrium[:12] = True  # a flat wall at x = 11; the rest of the volume is background
    for away_voxels, found in ((10, True), (11, False)):
        scar = np.zeros_like(atrium)
        scar[11 + away_voxels, 4, 4] = True
        for protocol in ("official", "paper"):
            labels = project_scar(atrium, scar, affine=np.eye(4), protocol=protocol)
            assert (labels[11, 4, 4] == 422) == found
    # In voxels of 2.5 mm the tenth millimetre lies in the fourth voxel.
    scar = np.zeros_like(atrium)
    scar[15, 4, 4] = True
    labels = project_scar(atrium, scar, affine=np.diag([2.5, 1, 1, 1.0]), protocol="paper")
    assert labels[11, 4, 4] == 422


@pytest.mark.parametrize("axis", range(3))
def test_mirrored_volumes_have_mirrored_labels_in_the_paper(axis: int) -> None:
    labels, scar = blobs(5, (16, 14, 12))
    affine = np.diag([1.0, 1.25, 2.0, 1.0])
    plain = project_scar(labels > 0, scar > 0, affine=affine, protocol="paper")
    turned = project_scar(
        np.flip(labels > 0, axis), np.flip(scar > 0, axis), affine=affine, protocol="paper"
    )
    np.testing.assert_array_equal(np.flip(turned, axis), plain)


def test_axes_may_be_stored_in_any_order_in_the_paper() -> None:
    labels, scar = blobs(6, (16, 14, 12))
    affine = np.diag([1.0, 1.25, 2.0, 1.0])
    plain = project_scar(labels > 0, scar > 0, affine=affine, protocol="paper")
    order = (2, 0, 1)
    swapped = affine[:, [*order, 3]]
    turned = project_scar(
        (labels > 0).transpose(order), (scar > 0).transpose(order), affine=swapped, protocol="paper"
    )
    np.testing.assert_array_equal(turned, plain.transpose(order))


def test_directions_are_unit_vectors_that_point_inwards() -> None:
    spacing = (0.8, 1.25, 2.5)
    affine = np.diag([*spacing, 1.0])
    atrium = ball((34, 22, 12), (16.5, 10.5, 5.5), 9.0, spacing)
    normals = find_normals(atrium, affine=affine, protocol="paper")
    np.testing.assert_allclose(np.linalg.norm(normals.directions, axis=1), 1.0)
    inwards = (np.array([16.5, 10.5, 5.5]) - normals.voxels) * spacing
    inwards /= np.linalg.norm(inwards, axis=1, keepdims=True)
    assert ((inwards * normals.directions).sum(axis=1) > 0.95).all()


def test_the_same_surface_serves_several_scars() -> None:
    labels, scar = blobs(7, (14, 14, 10))
    normals = find_normals(labels > 0, affine=OBLIQUE, protocol="official")
    for mask in (scar > 0, scar == 0):
        whole = project_scar(labels > 0, mask, affine=OBLIQUE, protocol="official")
        np.testing.assert_array_equal(project_onto(normals, mask), whole)


def test_nonsense_is_refused() -> None:
    atrium = ball()
    with pytest.raises(LascarError, match="unknown protocol 'care'"):
        project_scar(atrium, atrium, affine=np.eye(4), protocol="care")
    with pytest.raises(LascarError, match=r"scar has shape \(24, 24, 23\) and the LA"):
        project_scar(atrium, atrium[:, :, :23], affine=np.eye(4), protocol="paper")
    with pytest.raises(LascarError, match="scar has type float64"):
        project_scar(atrium, atrium * 1.0, affine=np.eye(4), protocol="paper")
    with pytest.raises(LascarError, match="give an int16 volume"):
        official_normals(atrium, image_affine=np.eye(4), label_affine=np.eye(4))

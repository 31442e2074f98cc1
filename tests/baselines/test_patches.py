"""Patches along the normal, on images whose values are their coordinates."""

import numpy as np
import pytest

from lascarlib.baselines.patches import image_scales, sample_patches, tangents


def coordinates(shape, spacing_mm):
    return [axis * size for axis, size in zip(np.indices(shape), spacing_mm, strict=True)]


@pytest.mark.parametrize("seed", range(3))
def test_samples_lie_where_vertex_normal_and_step_put_them(seed):
    # In an image of x mm each sample gives the x of its place: c + step * (i n + j t1 + k t2).
    rng = np.random.default_rng(seed)
    spacing_mm = (1.0, 1.25, 2.5)
    scales = np.stack(coordinates((40, 32, 16), spacing_mm)).astype(np.float32)
    centre = np.array([[20.0, 20.0, 20.0]])
    normal = rng.normal(size=(1, 3))
    normal /= np.linalg.norm(normal)
    options = {"spacing_mm": spacing_mm, "patch_voxels": (5, 3)}
    x, y, z = (
        sample_patches(axis[None], centre, normal, steps_mm=(1.5,), **options)[0, 0]
        for axis in scales
    )
    placed = np.stack([x, y, z], axis=-1) - centre[0]
    first, second = (vector[0] for vector in tangents(normal))
    assert np.allclose(placed[2, 1, 1], 0, atol=1e-5)
    assert np.allclose(placed[4, 1, 1], 3.0 * normal[0], atol=1e-4)  # two steps outwards
    assert np.allclose(placed[2, 2, 1], 1.5 * first, atol=1e-4)
    assert np.allclose(placed[2, 1, 0], -1.5 * second, atol=1e-4)


def test_an_offset_moves_the_patch_outwards():
    image = np.arange(20.0).reshape(20, 1, 1) * np.ones((1, 5, 5))
    patches = sample_patches(
        image[None],
        np.full((2, 3), [10.0, 2.0, 2.0]),
        np.tile([-1.0, 0.0, 0.0], (2, 1)),
        spacing_mm=(1.0, 1.0, 1.0),
        steps_mm=(1.0,),
        patch_voxels=(3, 1),
        offsets_mm=np.array([0.0, 2.0]),
    )
    assert patches[0].ravel().tolist() == [11.0, 10.0, 9.0]
    assert patches[1].ravel().tolist() == [9.0, 8.0, 7.0]


def test_beyond_the_image_its_edge_goes_on():
    image = np.arange(4.0).reshape(4, 1, 1)
    patch = sample_patches(
        image[None],
        np.array([[3.0, 0.0, 0.0]]),
        np.array([[1.0, 0.0, 0.0]]),
        spacing_mm=(1.0, 1.0, 1.0),
        steps_mm=(1.0,),
        patch_voxels=(5, 3),
    )
    assert np.array_equal(patch[0, 0, :, 1, 1], [1, 2, 3, 3, 3])


def test_tangents_are_a_frame_for_any_normal():
    normals = np.random.default_rng(0).normal(size=(500, 3))
    normals = np.concatenate([normals, np.eye(3), -np.eye(3)])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    first, second = tangents(normals)
    frames = np.stack([normals, first, second], axis=1)
    assert np.allclose(frames @ frames.transpose(0, 2, 1), np.eye(3))
    assert np.allclose(np.linalg.det(frames), 1)


def test_a_coarse_scale_is_smoothed_in_millimetres_and_a_fine_one_is_not():
    image = np.random.default_rng(0).normal(size=(20, 20, 20)).astype(np.float32)
    fine, coarse = image_scales(image, spacing_mm=(1.0, 1.0, 4.0), steps_mm=(1.0, 4.0))
    assert np.array_equal(fine, image)
    # Along z the step is the voxel's, so nothing is smoothed there.
    along_z = np.zeros((1, 1, 9), np.float32)
    along_z[0, 0, 4] = 1.0
    scaled = image_scales(along_z, spacing_mm=(1.0, 1.0, 4.0), steps_mm=(4.0,))
    assert np.allclose(scaled[0], along_z)
    assert coarse.std() < 0.5 * image.std()

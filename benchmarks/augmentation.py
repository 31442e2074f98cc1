"""Times BF's five augmentations of a patch beside MONAI's and nnU-Net's (batchgeneratorsv2)."""

import argparse
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
import torch
from monai import transforms
from table import RESULTS, as_folder, run_script, seconds_each, write_table

from lascarlib.augment import Augmentation, change_grey_levels, random_transform
from lascarlib.geometry.grid import Shape
from lascarlib.patches import take_patch
from lascarlib.phantom import COARSE

SPACING_MM = COARSE.spacing_mm
BF = Augmentation()
ANGLE = np.deg2rad(BF.rotation_degrees)
SIZES = (1 - BF.scaling, 1 + BF.scaling)
Patch = tuple[torch.Tensor, torch.Tensor]
Contestant = Callable[[], Patch]


def lascarlib_patches(volume: np.ndarray, shape: Shape) -> Contestant:
    """What training does: image and label cut out, moved together, grey levels changed."""
    rng = np.random.default_rng(0)
    centre = (np.array(volume.shape[1:]) - 1) // 2 + (np.array(shape) - 1) % 2 / 2

    def patch() -> Patch:
        matrix = random_transform(rng, BF, spacing_mm=SPACING_MM)
        taken = take_patch(volume, centre=centre, matrix=matrix, shape=shape)
        return change_grey_levels(taken[0], rng, BF)[None], taken[1:] >= 0.5

    return patch


def monai_patches(volume: np.ndarray, shape: Shape) -> Contestant:
    """MONAI's transforms of the same names, on the patch already cut out."""
    both, modes = ["image", "label"], ["bilinear", "nearest"]
    steps = [
        transforms.CenterSpatialCropd(both, shape),
        transforms.RandRotated(
            both, ANGLE, ANGLE, ANGLE, BF.rotation_chance, mode=modes, padding_mode="zeros"
        ),
        transforms.RandZoomd(
            both, BF.scaling_chance, *SIZES, mode=["trilinear", "nearest"], keep_size=True
        ),
        *(transforms.RandFlipd(both, 0.5, axis) for axis in range(3)),
        transforms.RandAdjustContrastd(
            "image", BF.gamma_chance, (1 - BF.gamma, 1 + BF.gamma), retain_stats=True
        ),
        transforms.RandGaussianNoised("image", BF.noise_chance, std=BF.noise_sd),
    ]
    pipeline = transforms.Compose(steps).set_random_state(0)
    image, label = torch.from_numpy(volume[:1]), torch.from_numpy(volume[1:])

    def patch() -> Patch:
        moved = pipeline({"image": image, "label": label})
        return moved["image"], moved["label"]

    return patch


def batchgenerators_patches(volume: np.ndarray, shape: Shape) -> Contestant:
    """batchgeneratorsv2's transforms of the same names, with nnU-Net's settings otherwise."""
    from batchgeneratorsv2.transforms.intensity.gamma import GammaTransform
    from batchgeneratorsv2.transforms.intensity.gaussian_noise import GaussianNoiseTransform
    from batchgeneratorsv2.transforms.spatial.mirroring import MirrorTransform
    from batchgeneratorsv2.transforms.spatial.spatial import SpatialTransform
    from batchgeneratorsv2.transforms.utils.compose import ComposeTransforms
    from batchgeneratorsv2.transforms.utils.random import RandomTransform

    spatial = SpatialTransform(
        shape,
        0,
        False,
        p_rotation=BF.rotation_chance,
        rotation=(-ANGLE, ANGLE),
        p_scaling=BF.scaling_chance,
        scaling=SIZES,
        p_synchronize_scaling_across_axes=1,
    )
    gamma = GammaTransform((1 - BF.gamma, 1 + BF.gamma), 0, False, 1, 1)
    noise = GaussianNoiseTransform((0, BF.noise_sd), 1, True)
    steps = [
        spatial,
        MirrorTransform((0, 1, 2)),
        RandomTransform(gamma, BF.gamma_chance),
        RandomTransform(noise, BF.noise_chance),
    ]
    pipeline = ComposeTransforms(steps)
    image, label = torch.from_numpy(volume[:1]), torch.from_numpy(volume[1:]).to(torch.int16)

    def patch() -> Patch:
        moved = pipeline(image=image.clone(), segmentation=label.clone())
        return moved["image"], moved["segmentation"]

    return patch


def main() -> None:
    """Run the comparison and write its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a patch of 16 x 16 x 8, few of them")
    parser.add_argument("--patches", type=int, default=200, help="how many of each")
    parser.add_argument("--out", type=as_folder, default=RESULTS, help="folder for the table")
    options = parser.parse_args()
    shape = (16, 16, 8) if options.small else (96, 96, 48)
    patches = 5 if options.small else options.patches
    torch.set_num_threads(1)
    torch.manual_seed(0)
    np.random.seed(0)  # noqa: NPY002 - batchgeneratorsv2 draws from it
    rng = np.random.default_rng(0)
    image = rng.normal(size=[n + n // 2 for n in shape]).astype(np.float32)
    volume = np.stack([image, image > 1])
    contestants = {
        "lascarlib": lascarlib_patches(volume.astype(np.float16), shape),
        "MONAI": monai_patches(volume, shape),
    }
    notes = [
        f"Patches of {' x '.join(map(str, shape))} voxels, image and label; {patches} of each, in "
        "turn, on one thread, whose processor time counts.",
        "Rotation, scaling, mirroring, gamma and noise with the same chances and ranges; most "
        "patches are only mirrored, so the 95th percentile is far from the median.",
        "lascarlib starts from float16, as its prepared cases are stored, the others from float32.",
        "MONAI turns the patch after it is cut out, which leaves its corners empty.",
    ]
    if find_spec("batchgeneratorsv2"):
        contestants["batchgeneratorsv2"] = batchgenerators_patches(volume, shape)
        notes.append(f"batchgeneratorsv2 {version('batchgeneratorsv2')}, which nnU-Net uses.")
    else:
        notes.append("batchgeneratorsv2, which nnU-Net uses, was not installed: it has no row.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the others' own, about their arguments
        seconds = seconds_each(contestants, rounds=patches, clock=time.thread_time)
    mean = {name: float(np.mean(each)) for name, each in seconds.items()}
    rows = [
        {
            "augmentation": name,
            "mean ms": 1e3 * mean[name],
            "median ms": 1e3 * float(np.median(each)),
            "95 % ms": 1e3 * float(np.percentile(each, 95)),
            "ratio": mean[name] / mean["lascarlib"],
        }
        for name, each in seconds.items()
    ]
    write_table(options.out / "augmentation.md", rows, title="Augmentation", notes=notes)


if __name__ == "__main__":
    run_script(main)

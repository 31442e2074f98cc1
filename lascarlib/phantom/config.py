"""The one record that, with a seed and an index, decides every voxel of a phantom."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, get_args

from lascarlib.errors import LascarError
from lascarlib.phantom.limits import check_numbers

Range = tuple[float, float]
ScarPattern = Literal["ablation", "diffuse", "mixed"]
Centre = Literal["utah", "bidmc", "kcl", "mixed"]
Domain = Literal["real", "wide"]


CHOICES: dict[str, tuple[str, ...]] = {
    "scar_pattern": get_args(ScarPattern),
    "centre": get_args(Centre),
    "domain": get_args(Domain),
}
"""Fields that hold a word, and the words they know."""


@dataclass(frozen=True)
class PhantomConfig:
    """Size, anatomy, scar, contrast and acquisition of a phantom cohort.

    Pairs are (low, high) and a case draws uniformly between them unless said otherwise. Signals
    named ``*_to_blood`` are fractions of the mean blood-pool signal of the same case.

    Args:
        shape_voxels: Voxels along x, y, z.
        spacing_mm: Voxel size along x, y, z in mm.
        centre: Where it is scanned: ``utah``, ``bidmc``, ``kcl``, or ``mixed``, drawn per case;
            others than Utah scale voxels and blur by their acquired voxel over Utah's.
        domain: ``real`` draws from the ranges below; ``wide`` is domain randomisation for training,
            which draws for every case how far to widen them (`lascarlib.phantom.scan.WIDE`), its
            resolution and its field of view, lets half of the cases state half their slice
            distance, crops half of them round the atrium, and restores blood in half of them.
        observer: Who labels: 0 is the truth, 1, 2, ... are other annotators
            (`lascarlib.phantom.observer.second_observer`).
        slices_per_sample: Sub-slices averaged by the slice profile, at least 1.
        la_volume_mean_ml: Mean of the LA volume in ml. The median before ablation of atrial
            fibrillation is 106 ml (CT, Sohns et al., Eur Heart J Cardiovasc Imaging 14, 2013), and
            Utah 2018 labels measure 108 +- 42 ml at a slice pitch of 1.25 mm (their headers say
            0.625, half the pitch that 44 slices of 2.5 mm reconstruct to).
        la_volume_sd_ml: Standard deviation of that normal distribution in ml.
        la_volume_range_ml: Limits at which the normal distribution is cut.
        wall_thickness_mm: LA wall, 1.9 +- 0.5 mm on CT (Beinart et al., J Cardiovasc
            Electrophysiol 22, 2011), 2 to 3 mm as LGE-MRI shows and annotators draw it.
        vein_stub_mm: Labelled length of each pulmonary vein beyond its ostium.
        shape_spread: Factor on how far chamber, veins and appendage stray from the mean shape.
        neighbour_spread_mm: SD of the position of every neighbouring organ along each axis.
        roughness_mm: SD of the smooth displacement of every surface: trabeculae, fat, the reader's
            hand.
        label_shift_mm: How far outside the cavity the annotator draws the LA.
        common_left_trunk_probability: Share of cases whose left veins join before the atrium.
        extra_right_vein_probability: Share of cases with a third right vein.
        scar_pattern: ``ablation`` (rings, lines, patches), ``diffuse`` (pre-ablation fibrosis), or
            ``mixed`` (one case in four diffuse).
        scar_burden_percent: Scarred share of the wall in percent, its square root drawn uniformly
            so that light scarring is common (median 15 for the default).
        scar_min_volume_mm3: Smaller islands are not labelled, as annotators leave them out.
        scar_to_blood: Signal of dense scar.
        wall_to_blood: Signal of unscarred LA wall: partly nulled, but thin and next to bright
            blood. Round the labels of Utah 2018 the first 2.5 mm are as bright as blood (1.02 times
            on average, 0.78 to 1.5).
        wall_texture_sd: Relative SD of that signal within a wall.
        myocardium_to_blood: Signal of ventricular myocardium, nulled by the inversion time.
        fat_to_blood: Signal of fat: dark with fat saturation, brighter where it fails.
        lung_to_blood: Signal of lung.
        neighbour_to_blood: Signal of the mimics of scar: oesophageal, aortic and valvular tissue.
        pool_to_blood: Factor on the blood of other chambers and vessels.
        leaflet_opacity: How much of the mitral leaflets' signal shows in the blood round them.
        any_signal_probability: Share of tissues whose signal is drawn from 0.03 to 1.5 whatever
            they are.
        blood_texture_sd: Relative SD of the slow unevenness of the blood pool.
        texture_sd: Relative SD of a smooth texture over everything.
        texture_scale_mm: Half the width of that texture's features, drawn on a log scale.
        noise_sd_to_blood: Noise SD over the mean blood signal. Utah 2018 blood pools vary by 7 to
            20 percent in total, unevenness included.
        noise_blur_mm: SD of the kernel that correlates the noise, about half the acquired voxel
            (autocorrelation 0.45 at 1.25 mm in plane, 0.4 at 2.5 mm through plane, as Utah blood).
        image_blur_mm: SD of the in-plane point-spread function.
        slice_blur_voxels: SD of what a 3D readout leaks into the next slices.
        bias_field_sd: SD of the logarithm of the coil sensitivity.
        ghost_to_signal: Amplitude of the respiratory ghost along the phase-encoding axis y.
        ghost_shift_mm: Displacement of that ghost.
        navigator_gain: How much brighter than the other blood that of the right veins is, which the
            respiratory navigator restored (`lascarlib.phantom.navigator`).
        blood_level: Grey level of blood, drawn on a log scale; images are whole numbers.
        gamma: Exponent of the grey levels, blood staying where it is.
        halved_slices_probability: Share of cases whose affine states half the true distance of
            slices, as the files of Utah 2018 do.
        cropped_probability: Share of cases cropped in the plane round their atrium, as public
            copies of real scans are (`lascarlib.phantom.crop`).
        crop_margin_mm: What such a crop leaves on each side.
        origin_jitter_mm: Largest shift of the atrium from the middle of the field of view.

    Raises:
        LascarError: If a size, a range or a probability cannot be meant.

    Example:
        >>> COARSE.shape_voxels, COARSE.spacing_mm
        ((96, 96, 40), (1.25, 1.25, 2.5))
        >>> FULL.shape_voxels, FULL.spacing_mm
        ((576, 576, 44), (0.625, 0.625, 2.5))
    """

    shape_voxels: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    centre: Centre = "utah"
    domain: Domain = "real"
    observer: int = 0
    slices_per_sample: int = 2
    la_volume_mean_ml: float = 108.0
    la_volume_sd_ml: float = 35.0
    la_volume_range_ml: Range = (45.0, 210.0)
    wall_thickness_mm: Range = (2.0, 3.0)
    vein_stub_mm: Range = (12.0, 23.0)
    shape_spread: float = 1.0
    neighbour_spread_mm: float = 4.0
    roughness_mm: Range = (0.6, 1.2)
    label_shift_mm: Range = (0.0, 0.0)
    common_left_trunk_probability: float = 0.15
    extra_right_vein_probability: float = 0.15
    scar_pattern: ScarPattern = "mixed"
    scar_burden_percent: Range = (2.0, 40.0)
    scar_min_volume_mm3: float = 30.0
    scar_to_blood: Range = (1.30, 1.90)
    wall_to_blood: Range = (0.60, 1.15)
    wall_texture_sd: Range = (0.25, 0.45)
    myocardium_to_blood: Range = (0.30, 0.90)
    fat_to_blood: Range = (0.15, 0.55)
    lung_to_blood: Range = (0.04, 0.10)
    neighbour_to_blood: Range = (0.70, 1.30)
    pool_to_blood: Range = (0.85, 1.08)
    leaflet_opacity: float = 0.4
    any_signal_probability: float = 0.0
    blood_texture_sd: Range = (0.03, 0.08)
    texture_sd: Range = (0.0, 0.06)
    texture_scale_mm: Range = (4.0, 20.0)
    noise_sd_to_blood: Range = (0.05, 0.15)
    noise_blur_mm: tuple[float, float, float] = (0.75, 0.75, 1.45)
    image_blur_mm: Range = (0.4, 0.8)
    slice_blur_voxels: Range = (0.25, 0.25)
    bias_field_sd: Range = (0.04, 0.14)
    ghost_to_signal: Range = (0.0, 0.05)
    ghost_shift_mm: Range = (12.0, 30.0)
    navigator_gain: Range = (0.0, 0.0)
    blood_level: Range = (40.0, 600.0)
    gamma: Range = (1.0, 1.0)
    halved_slices_probability: float = 0.0
    cropped_probability: float = 0.0
    crop_margin_mm: Range = (5.0, 13.0)
    origin_jitter_mm: float = 6.0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise LascarError(
                    f"PhantomConfig.{name} must be one of {', '.join(choices)}, "
                    f"got {getattr(self, name)!r}."
                )
        for field in fields(self):
            if field.name not in CHOICES:
                check_numbers(field.name, getattr(self, field.name), kind=str(field.type))


COARSE = PhantomConfig(shape_voxels=(96, 96, 40), spacing_mm=(1.25, 1.25, 2.5))
"""A 120 x 120 x 100 mm box round the atrium, at the resolution Utah acquires. In about one case of
25 the tips of the veins reach past its sides; they are cut off there, in image and label."""

FULL = PhantomConfig(shape_voxels=(576, 576, 44), spacing_mm=(0.625, 0.625, 2.5))
"""The field of view of the LAScarQS files, 360 x 360 x 110 mm."""

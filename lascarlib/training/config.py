"""The frozen configuration of an experiment: records of literals, nothing else."""

from dataclasses import dataclass, field
from math import inf
from typing import Literal

from lascarlib.augment import Augmentation
from lascarlib.errors import LascarError
from lascarlib.geometry.comparison import Reading
from lascarlib.geometry.probability import Variant as WallMaps
from lascarlib.losses.heads import Reduction
from lascarlib.losses.joint import PredictedMask
from lascarlib.losses.scar_distance import Metric
from lascarlib.preprocess import Normalise
from lascarlib.training.batches import PatchCentre
from lascarlib.training.methods import STAGES, Loss, MethodName, is_spatial


@dataclass(frozen=True)
class StageConfig:
    """How one network is shaped and trained.

    Args:
        plan: "fixed" uses the six literals below; for BF's networks "nnunet" derives them, and how
            patches are turned, from the training data's fingerprint by nnU-Net's rules, "laptop" by
            the same rules on a laptop's budget.
        spacing_mm: grid the network works on.
        patch_voxels: (x, y, z) of a training patch.
        features: channels per resolution, finest first.
        batch_size: patches per iteration.
        batch_dice: whether the soft Dice takes its sums over the whole batch.
        normalise: an image is z-scored over all its voxels, "image", or over its body, "nonzero",
            see `lascarlib.preprocess.body_mask`.
        loss: what is minimised, and with it the network, see `lascarlib.training.methods`.
        top_k_percent: share of the voxels TopK keeps (BF Eq. 1).
        top_k_ranking: whether they are ranked over the "batch" or per "item".
        deep_supervision: whether the coarser decoder outputs are supervised too.
        optimizer: "sgd" with Nesterov momentum (BF), "heavy-ball" with classical (JSQ), or "adamw".
        learning_rate: at the start.
        momentum: of SGD.
        weight_decay: of the optimizer.
        gradient_clip: largest gradient norm.
        decay: of the learning rate: "polynomial" (nnU-Net, BF), or in "steps" (JSQ).
        decay_exponent: of the polynomial decay.
        step_iterations: iterations after which a decay in steps divides the rate.
        step_divisor: by this.
        iterations: how many to train where no time budget is given.
        epoch_iterations: iterations of one epoch, after which the loss is logged.
        plateau_epochs: after so many epochs without a better mean loss, the rate is divided.
        plateau_divisor: by this.
        average_decay: decay of the running average of the weights; 0 keeps the last weights.
        patch_centre: "anywhere" in the image, some of the patches on the structure, or the middle
            of the "image", always the same crop of a case (JSQ).
        foreground_share: least share of a batch's patches that are centred on the structure, where
            they may lie anywhere; where a batch is of one patch, the share of the batches.
        augmentation: of the patches.
        validation_share: at most this share of the training's work goes into looks at patches of
            the cases that are held back, whose Dice the log then has, not counting the one at the
            end; 0 looks at none. The time is part of a time budget.
        compiled: whether `torch.compile` translates the network first, which takes minutes and may
            pay in a long training on a GPU (`benchmarks/gpu.py` measures it).
    """

    plan: Literal["fixed", "nnunet", "laptop"] = "fixed"
    spacing_mm: tuple[float, float, float] = (1.25, 1.25, 1.25)
    patch_voxels: tuple[int, int, int] = (96, 80, 48)
    features: tuple[int, ...] = (16, 32, 64, 128, 256)
    batch_size: int = 2
    batch_dice: bool = False
    normalise: Normalise = "image"
    loss: Loss = "dice-topk"
    top_k_percent: float = 10.0
    top_k_ranking: Literal["batch", "item"] = "batch"
    deep_supervision: bool = True
    optimizer: Literal["sgd", "heavy-ball", "adamw"] = "sgd"
    learning_rate: float = 0.01
    momentum: float = 0.99
    weight_decay: float = 3e-5
    gradient_clip: float = 12.0
    decay: Literal["polynomial", "steps"] = "polynomial"
    decay_exponent: float = 0.9
    step_iterations: int = 4000
    step_divisor: float = 10.0
    iterations: int = 125_000
    epoch_iterations: int = 250
    plateau_epochs: int = 30
    plateau_divisor: float = 5.0
    average_decay: float = 0.0
    patch_centre: PatchCentre = "anywhere"
    foreground_share: float = 1 / 3
    augmentation: Augmentation = field(default_factory=Augmentation)
    validation_share: float = 0.05
    compiled: bool = False

    def __post_init__(self) -> None:
        counts = ("batch_size", "iterations", "epoch_iterations", "plateau_epochs")
        for name in (*counts, "step_iterations", "step_divisor", "patch_voxels", "features"):
            _check_range(name, getattr(self, name), 1, inf)
        for name in ("learning_rate", "plateau_divisor", "gradient_clip", "spacing_mm"):
            _check_range(name, getattr(self, name), 1e-12, inf)
        for name in ("weight_decay", "decay_exponent"):
            _check_range(name, getattr(self, name), 0, inf)
        for name in ("momentum", "average_decay", "foreground_share", "validation_share"):
            _check_range(name, getattr(self, name), 0, 1)
        _check_range("top_k_percent", self.top_k_percent, 1e-6, 100)
        for name in ("rotation_chance", "scaling_chance", "gamma_chance", "noise_chance"):
            _check_range(f"augmentation.{name}", getattr(self.augmentation, name), 0, 1)
        for name in ("scaling", "gamma"):
            _check_range(f"augmentation.{name}", getattr(self.augmentation, name), 0, 0.99)
        for name in ("rotation_degrees", "noise_sd"):
            _check_range(f"augmentation.{name}", getattr(self.augmentation, name), 0, inf)


@dataclass(frozen=True)
class UncertaintyConfig:
    """The uncertainty-aware module (BF, "Highly Uncertain Prediction").

    Args:
        measure: "sum" of the voxels' entropies (BF), or "per-foreground", that sum divided by the
            expected number of foreground voxels, which does not grow with the field of view.
        outlier_sd: how many standard deviations from the mean make an outlier.
        two_sided: whether unusually *certain* cases are outliers too.
        certain_threshold: a voxel is LA above this probability.
        uncertain_threshold: the same in outliers.
    """

    measure: Literal["sum", "per-foreground"] = "sum"
    outlier_sd: float = 3.0
    two_sided: bool = False
    certain_threshold: float = 0.5
    uncertain_threshold: float = 0.2

    def __post_init__(self) -> None:
        _check_range("outlier_sd", self.outlier_sd, 0, inf)
        for name in ("certain_threshold", "uncertain_threshold"):
            _check_range(name, getattr(self, name), 0, 1)


@dataclass(frozen=True)
class SpatialConfig:
    """What AtrialJSQnet and the methods JSQ compares it with learn from, and how it decides.

    Defaults are the paper's reading. The authors' code differs: `predicted_mask="band"`,
    `true_mask="target-band"` (empty on its own grid), `weights="code"` (attention left out), and
    `scar_rule="code"`.

    Args:
        beta: exponent of the signed distance map (JSQ Eq. 1).
        clip_mm: distances beyond are not told apart.
        wall_maps: variant of the distance probability maps (JSQ Table 4).
        metric: how SE_scar compares them (JSQ Eq. 5, Table 4).
        reduction: of every loss over voxels, "mean" or "sum".
        true_mask: M1 is the "surface" of the true LA, or the code's "target-band".
        predicted_mask: M2, see `lascarlib.losses.joint`.
        weights: of the terms and how they grow: the "paper"'s, the "code"'s, which leave attention
            out, or those it holds ready for it.
        scar_rule: where scar may lie, see `lascarlib.geometry.scar_by_comparison`.
    """

    beta: float = 1.0
    clip_mm: float = 50.0
    wall_maps: WallMaps = "exp"
    metric: Metric = "l2"
    reduction: Reduction = "mean"
    true_mask: Literal["surface", "target-band"] = "surface"
    predicted_mask: PredictedMask = "gradient"
    weights: Literal["paper", "code", "code-with-attention"] = "paper"
    scar_rule: Reading = "paper"

    def __post_init__(self) -> None:
        for name in ("beta", "clip_mm"):
            _check_range(name, getattr(self, name), 1e-12, inf)


@dataclass(frozen=True)
class Config:
    """One experiment: a method, its networks, and what joins them.

    Args:
        method: name of the literals and stages, see `lascarlib.training.methods`.
        profile: name of the literals it started from: "smoke", "cpu", "gpu".
        seed: decides initial weights, folds, patches and augmentation.
        folds: number of folds of the cross-validation.
        start: weights to start from, "pretrained:phantom" or the folder of a training (of several
            folds, one in brackets: "runs/folds[fold_0]"); random ones without. The networks' shape
            and preprocessing, and a lower rate, come with them, see `lascarlib.training.start`.
        budget_minutes: train for so long, all networks together, in a cross-validation those of
            all folds, and each for its share, instead of the stages' iterations; 0 counts
            iterations. Preprocessing and prediction are not part of it.
        precision: "auto" is bfloat16 autocast where the processor has it, else float32.
        devices: GPUs, or processes on the CPU, that train a network together (DDP): each takes its
            share of every batch, so the batch size is a multiple. What a loss sums over the batch
            ("batch_dice", a "top_k_ranking" over the batch) is then summed over a share.
        mirror_at_test: whether predictions are averaged over mirrored inputs.
        largest_component: whether only the largest component of the LA is kept (BF is silent).
        distance_map: variant of BF Eq. 6, see `lascarlib.geometry.boundary_distance_map`; "none"
            shows stage 2 the image alone, BF's baseline (Table 3).
        scar_maps: stage 2 learns on distance maps of "out-of-fold" predictions, or of the "manual"
            LA; a single training without folds has only the latter.
        scar_threshold: a voxel is scar above this probability (BF, section 3).
        atrium: the network of the LA; stage 1.
        scar: the network of the scar; stage 2.
        joint: the network of both at once.
        uncertainty: the UAM between BF's stages.
        spatial: targets and losses of JSQ's methods.
    """

    method: MethodName = "boundary-focused"
    profile: str = "gpu"
    seed: int = 0
    folds: int = 5
    start: str = ""
    budget_minutes: float = 0.0
    precision: Literal["auto", "32-true", "bf16-mixed"] = "auto"
    devices: int = 1
    mirror_at_test: bool = True
    largest_component: bool = False
    distance_map: Literal["literal", "sign-consistent", "none"] = "literal"
    scar_maps: Literal["out-of-fold", "manual"] = "out-of-fold"
    scar_threshold: float = 0.2
    atrium: StageConfig = field(default_factory=StageConfig)
    scar: StageConfig = field(default_factory=StageConfig)
    joint: StageConfig = field(default_factory=StageConfig)
    uncertainty: UncertaintyConfig = field(default_factory=UncertaintyConfig)
    spatial: SpatialConfig = field(default_factory=SpatialConfig)

    def __post_init__(self) -> None:
        _check_range("seed", self.seed, 0, inf)
        _check_range("folds", self.folds, 2, inf)
        _check_range("devices", self.devices, 1, inf)
        _check_range("budget_minutes", self.budget_minutes, 0, inf)
        _check_range("scar_threshold", self.scar_threshold, 0, 1)
        for name in STAGES if is_spatial(self.method) else ("joint",):
            if self.stage(name).plan != "fixed":
                raise LascarError(
                    f"setting '{name}.plan' is {self.stage(name).plan!r}, but nnU-Net's rules plan "
                    "only BF's networks; give fixed"
                )

    def stage(self, name: str) -> StageConfig:
        """Config of a stage: "atrium", "scar" or "joint"."""
        stages = {"atrium": self.atrium, "scar": self.scar, "joint": self.joint}
        return stages[name]


def _check_range(name: str, value: float | tuple[float, ...], low: float, high: float) -> None:
    values = value if isinstance(value, tuple) else (value,)
    if not values or not all(low <= number <= high for number in values):
        wanted = f"at least {low:g}" if high == inf else f"{low:g} to {high:g}"
        raise LascarError(f"setting {name!r} is {value}; give {wanted}")

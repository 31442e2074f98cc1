"""nnU-Net's own side of a comparison: run by a Python that has nnunetv2, never imported by ours.

`nnunet_peer.py` starts it: `python nnunet_side.py TASK OPTIONS`, options as JSON; the tasks are
prepare, train, predict and slide.
"""

import json
import statistics
import sys
import time
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from nnunetv2.experiment_planning.plan_and_preprocess_api import (
    extract_fingerprint_dataset,
    plan_experiment_dataset,
    preprocess_dataset,
)
from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor
from nnunetv2.paths import nnUNet_preprocessed, nnUNet_raw
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

CONFIGURATION = "3d_fullres"
PLANS = "nnUNetPlans"
WARM_UP = 5
"""Iterations that a timing leaves out: compilation, first allocations."""
SAVE_EVERY_S = 300.0


class BudgetTrainer(nnUNetTrainer):
    """nnU-Net's trainer, its polynomial decay stretched over iterations or minutes.

    Network, data path, loss, optimizer, precision and step are its own. Left out are its pseudo
    Dice on patches between epochs and its epochs' logs.
    """

    def train_for(self, *, iterations: int | None, seconds: float | None) -> dict[str, Any]:
        """Train, resuming where a checkpoint lies; returns iterations, seconds and losses."""
        self.on_train_start()
        folder = Path(self.output_folder)
        done = self._restored(folder)
        started, saved = time.monotonic() - done["seconds"], time.monotonic()
        each: list[float] = []
        self.network.train()
        while True:
            progress = done["iterations"] / iterations if iterations else done["seconds"] / seconds
            if progress >= 1:
                break
            for group in self.optimizer.param_groups:
                group["lr"] = self.initial_lr * (1 - progress) ** 0.9
            begun = time.perf_counter()
            done["losses"].append(float(self.train_step(next(self.dataloader_train))["loss"]))
            each.append(time.perf_counter() - begun)
            done["iterations"] += 1
            done["seconds"] = time.monotonic() - started
            if time.monotonic() - saved > SAVE_EVERY_S:
                self._save(folder, done)
                saved = time.monotonic()
        self.current_epoch = 1  # its own end of training counts back by one
        self.on_train_end()
        return done | {"seconds_an_iteration": statistics.median(each[WARM_UP:] or each or [0.0])}

    def _save(self, folder: Path, done: dict[str, Any]) -> None:
        self.save_checkpoint(str(folder / "part.pth"))
        (folder / "part.json").write_text(json.dumps(done), encoding="utf-8")
        (folder / "part.pth").replace(folder / "checkpoint_latest.pth")
        (folder / "part.json").replace(folder / "done.json")

    def _restored(self, folder: Path) -> dict[str, Any]:
        if not (folder / "checkpoint_latest.pth").exists() or not (folder / "done.json").exists():
            return {"iterations": 0, "seconds": 0.0, "losses": []}
        self.load_checkpoint(str(folder / "checkpoint_latest.pth"))
        done: dict[str, Any] = json.loads((folder / "done.json").read_text(encoding="utf-8"))
        return done


def prepare(options: dict[str, Any]) -> dict[str, Any]:
    """Fingerprint, plan with the overrides, preprocess; returns the plan of the configuration."""
    workers = max(1, options["workers"])
    extract_fingerprint_dataset(1, num_processes=workers, show_progress_bar=False)
    plan_experiment_dataset(
        1,
        gpu_memory_target_in_gb=options["memory_gb"],
        overwrite_target_spacing=options["spacing_zyx_mm"],
    )
    file = Path(nnUNet_preprocessed) / options["dataset"] / f"{PLANS}.json"
    plans = json.loads(file.read_text(encoding="utf-8"))
    _override(plans["configurations"][CONFIGURATION], options["overrides"])
    file.write_text(json.dumps(plans, indent=1), encoding="utf-8")
    preprocess_dataset(1, PLANS, (CONFIGURATION,), (workers,), show_progress_bar=False)
    return dict(PlansManager(str(file)).get_configuration(CONFIGURATION).configuration)


def _override(plan: dict[str, Any], overrides: dict[str, Any]) -> None:
    for name, value in overrides.items():
        if name not in plan:
            raise SystemExit(f"nnU-Net's plan has no {name!r}; it has {', '.join(sorted(plan))}")
        if isinstance(value, dict):
            _override(plan[name], value)
        else:
            plan[name] = value


def train(options: dict[str, Any]) -> dict[str, Any]:
    """Train on every prepared case; returns iterations, seconds, losses and peak memory in MB."""
    torch.backends.cudnn.benchmark = options["device"] == "cuda"  # as its own command does
    torch.manual_seed(options["seed"])
    np.random.seed(options["seed"])  # noqa: NPY002 - nnU-Net draws from it
    trainer = _trainer(options)
    seconds = options["minutes"] and 60 * options["minutes"]
    found = trainer.train_for(iterations=options["iterations"], seconds=seconds)
    network = sum(parameter.numel() for parameter in trainer.network.parameters())
    return found | {"peak_mb": _peak_mb(trainer.device), "parameters": network}


def _peak_mb(device: torch.device) -> float:
    """The most memory that the training held: of the GPU, or else of the process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_reserved() / 1e6
    import resource  # POSIX alone has it

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3


def _trainer(options: dict[str, Any]) -> BudgetTrainer:
    folder = Path(nnUNet_preprocessed) / options["dataset"]
    plans = json.loads((folder / f"{PLANS}.json").read_text(encoding="utf-8"))
    raw = Path(nnUNet_raw) / options["dataset"]
    dataset = json.loads((raw / "dataset.json").read_text(encoding="utf-8"))
    device = torch.device(options["device"])
    plans["continue_training"] = False
    return BudgetTrainer(plans, CONFIGURATION, "all", dataset, device)


def predict(options: dict[str, Any]) -> dict[str, Any]:
    """Segment a folder of images with the trained network; returns the seconds it took."""
    trainer = _trainer(options)
    file = Path(trainer.output_folder) / "checkpoint_final.pth"
    trained = torch.load(file, map_location="cpu", weights_only=False)
    manager = trainer.plans_manager
    network = trainer.build_network_architecture(
        manager,
        trainer.configuration_manager,
        1,
        trainer.label_manager.num_segmentation_heads,
        enable_deep_supervision=False,
    )
    network.load_state_dict(trained["network_weights"])
    predictor = nnUNetPredictor(
        use_mirroring=options["mirror"], device=trainer.device, allow_tqdm=False
    )
    predictor.manual_initialization(
        network,
        manager,
        trainer.configuration_manager,
        [trained["network_weights"]],
        trainer.dataset_json,
        "nnUNetTrainer",
        trained["inference_allowed_mirroring_axes"],
    )
    started = time.monotonic()
    predictor.predict_from_files(
        options["images"],
        options["out"],
        num_processes_preprocessing=max(1, options["workers"]),
        num_processes_segmentation_export=max(1, options["workers"]),
    )
    return {"seconds": time.monotonic() - started}


def slide(options: dict[str, Any]) -> dict[str, Any]:
    """Its sliding window over one volume with a traced network: the least seconds, and the mask."""
    predictor = nnUNetPredictor(
        use_mirroring=False, device=torch.device(options["device"]), allow_tqdm=False
    )
    predictor.network = torch.jit.load(options["network"])
    predictor.allowed_mirroring_axes = None
    predictor.configuration_manager = SimpleNamespace(patch_size=options["window"])
    predictor.label_manager = SimpleNamespace(num_segmentation_heads=2)
    volume = torch.from_numpy(np.load(options["volume"]))
    seconds = []
    for _ in range(options["rounds"]):
        started = time.perf_counter()
        logits = predictor.predict_sliding_window_return_logits(volume)
        seconds.append(time.perf_counter() - started)
    np.save(options["mask"], (logits[1] > logits[0]).numpy())
    return {"seconds": min(seconds)}


if __name__ == "__main__":
    chosen = json.loads(sys.argv[2])
    torch.set_num_threads(chosen["threads"])
    tasks = {"prepare": prepare, "train": train, "predict": predict, "slide": slide}
    answer = partial(tasks[sys.argv[1]], chosen)()
    Path(chosen["answer"]).write_text(json.dumps(answer, default=str), encoding="utf-8")

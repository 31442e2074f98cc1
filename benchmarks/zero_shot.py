"""How well does a network that learned on phantoms alone find the LA of real hearts?"""

import argparse
import datetime
import os
from dataclasses import replace

import numpy as np
from table import RESULTS, as_folder, command_line, run_script, write_table
from tqdm import tqdm

from lascarlib.datasets import open_dataset
from lascarlib.errors import LascarError
from lascarlib.evaluation import score_case
from lascarlib.io import write_atomically
from lascarlib.pipeline import Predictor, load_predictor
from lascarlib.provenance import commit
from lascarlib.training import open_run
from lascarlib.training.checkpoint import write_json
from lascarlib.training.model_card import SCORES, model_card

SEEN = 20
"""The first cases of Utah 2018, by name, were looked at while the phantom was improved."""

UNSEEN_PHANTOMS = "phantom:cases=12,seed=99"


def phantom_scores(predict: Predictor, source: str) -> dict[str, object]:
    """Dice of the LA, and of the scar on the true LA's surface, over phantoms."""
    phantoms = open_dataset(source)
    atrium, scar = [], []
    for case in tqdm(phantoms, total=len(phantoms), desc="phantoms", unit="case"):
        found = predict(case)
        row = score_case(case, found.atrium, found.scar, score_scar=predict.finds_scar)
        atrium.append(row.atrium_dice)
        scar.append(row.scar_surface_dice)
    record: dict[str, object] = {"source": source, "cases": len(phantoms)}
    for name, dices in (("atrium", atrium), ("scar", scar if predict.finds_scar else [])):
        if dices:
            record[f"{name}_mean"] = round(float(np.mean(dices)), 4)
            record[f"{name}_sd"] = round(float(np.std(dices, ddof=1)), 4)
    return record


def atrium_scores(predict: Predictor, source: str) -> dict[str, dict[str, float]]:
    """Dice, ASD and HD of the LA of every case, on its own grid, by the case's name."""
    only_atrium = replace(predict, networks={"atrium": predict.networks["atrium"]})
    cases, found = open_dataset(source), {}
    for case in tqdm(cases, total=len(cases), desc="LA", unit="case"):
        row = score_case(case, only_atrium(case).atrium, score_scar=False)
        found[row.id] = {
            "dice": round(row.atrium_dice, 4),
            "asd_mm": round(row.atrium_asd_mm, 3),
            "hd_mm": round(row.atrium_hd_mm, 2),
        }
    return found


def rows_of(dices: list[float], *, seen: int) -> list[dict[str, object]]:
    """A row for all cases, one for those that were looked at, one for the others."""
    parts = {"all": dices, "looked at": dices[:seen], "not looked at": dices[seen:]}
    return [
        {
            "cases": part,
            "n": len(dice),
            "Dice": f"{np.mean(dice):.3f} ± {np.std(dice, ddof=1):.3f}",
            "least": f"{min(dice):.3f}",
            "greatest": f"{max(dice):.3f}",
        }
        for part, dice in parts.items()
    ]


def main() -> None:
    """Score every real case, then phantoms for the scar; write scores, table and model card."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", default="pretrained:phantom", help="an exported training")
    parser.add_argument("--small", action="store_true", help="four phantoms instead of real hearts")
    parser.add_argument("--out", type=as_folder, default=RESULTS, help="folder for the table")
    options = parser.parse_args()
    run = open_run(options.run)
    data, name, seen, unseen = "phantom:cases=4,seed=98", "phantoms", 2, f"{UNSEEN_PHANTOMS}[:2]"
    if not options.small:
        if "LASCAR_DATA" not in os.environ:
            raise LascarError("LASCAR_DATA is not set; let it name the folder that holds utah2018")
        data, name = f"{os.environ['LASCAR_DATA']}/utah2018", "utah2018"
        seen, unseen = SEEN, UNSEEN_PHANTOMS
    predict = load_predictor(run)
    cases = atrium_scores(predict, data)
    record = {
        "data": name,
        "seen": seen,
        "cases": cases,
        "command": command_line(),
        "commit": commit(),
        "made": datetime.date.today().isoformat(),
        "phantoms": phantom_scores(predict, unseen),
    }
    if options.small:
        write_json(options.out / SCORES, record)
    else:
        write_json(run.folder / SCORES, record)
        card = model_card(options.run)
        write_atomically(
            run.folder / "card.md", lambda part: part.write_text(card, encoding="utf-8")
        )
    write_table(
        options.out / "zero_shot.md",
        rows_of([row["dice"] for row in cases.values()], seen=seen),
        title="Zero-shot: phantoms to learn from, real hearts to find",
        notes=[
            f"LA of {options.run} on {name}, each case on its own grid; mean ± SD over cases.",
            f"The first {seen} cases were looked at while the phantom was made more real.",
            f"Scores of every case: `lascarlib/pretrained/phantom/{SCORES}`.",
        ],
    )


if __name__ == "__main__":
    run_script(main)

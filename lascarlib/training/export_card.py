"""What is written beside exported networks: how they were made, and what they learned from."""

from lascarlib.training.checkpoint import read_json
from lascarlib.training.lineage import beyond_phantoms, learned_from
from lascarlib.training.model_card import learned_cases, stage_lines, start_line, training_command
from lascarlib.training.run import Run


def export_card(run: Run, *, made_as: Run) -> str:
    """A short card of an exported training, from its own record.

    Args:
        run: of the exported folder.
        made_as: the same, but with the folder it was exported from, where every fold still is.

    Returns:
        Markdown: what the networks learned from and whether that is to be asked about before they
        are given away, how they were made, and that nothing was measured.
    """
    made = read_json(run.folder / "run.json")["provenance"]
    sources = "\n".join(f"- `{source}`" for source in learned_from(run.folder))
    asked = _ASK if beyond_phantoms(run.folder) else _FREE
    return f"""# {run.folder.name}

Networks of the method {run.config.method}, exported by `lascar export`. **Not for clinical use**;
what they are worth was not measured here.

## What they learned from

{sources}

{asked}
## How they were made

{start_line(run)}- Commit {made["commit"]}; seed {run.config.seed}; {learned_cases(run)}.
{"".join(stage_lines(run))}
```
{training_command(made_as)}
```
"""


_ASK = """**Not phantoms alone.** Weights can keep traces of the images they learned from: give
these away only where the terms of that data, and those who answer for it, allow it.
"""

_FREE = "Phantoms alone: no patient is behind these weights.\n"

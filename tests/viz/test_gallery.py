"""The gallery shows everything: the code of its cells names every public name of lascarlib.viz."""

import ast
import json
from pathlib import Path

from lascarlib import viz

GALLERY = Path(__file__).parents[2] / "notebooks" / "18_gallery.ipynb"


def cells():
    return json.loads(GALLERY.read_text(encoding="utf-8"))["cells"]


def test_every_public_name_is_used_in_the_gallerys_code():
    used = set()
    for cell in cells():
        if cell["cell_type"] == "code":
            tree = ast.parse("".join(cell["source"]))
            used |= {
                node.attr
                for node in ast.walk(tree)
                if isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "viz"
            }
    missing = set(viz.__all__) - used
    assert not missing, f"show {', '.join(sorted(missing))} in {GALLERY.name}"


def test_every_drawing_function_is_named_in_the_text():
    text = "".join("".join(c["source"]) for c in cells() if c["cell_type"] == "markdown")
    missing = {name for name in viz.__all__ if name.startswith("show_") and f"`{name}`" not in text}
    assert not missing

"""Do the vectors hold with this Python's Pillow? `python tests/vectors/check.py`: 0 yes, 1 no.

Needs Pillow alone; the DICOM rows are left out, and it says so, where pydicom is not.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import PIL

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from edge_runtime.film_rules import refusal  # noqa: E402
from edge_runtime.pixels import PIXELS_VERSION, open_film_info, resize  # noqa: E402
from edge_runtime.turned import turned  # noqa: E402

__all__ = ["faults", "items", "main"]


def items() -> list[dict[str, Any]]:
    """The rows of `index.json`."""
    index = json.loads((HERE / "index.json").read_text("utf-8"))
    assert index["schema"] == 1 and index["pixels"] == PIXELS_VERSION
    return [{**item, "film_rules": index["film_rules"]} for item in index["items"]]


def faults(item: dict[str, Any]) -> list[str]:
    """What is not as one row says; empty where all is."""
    film, info = open_film_info(HERE / item["file"])
    wrong = []
    if (info.width, info.height, info.colour) != (item["width"], item["height"], item["colour"]):
        wrong.append(f"{item['file']}: {info}")
    for size, digest in item["pixels"].items():
        pixels = resize(film, int(size))
        raw = pixels.tobytes()
        if hashlib.sha256(raw).hexdigest() != digest:
            wrong.append(f"{item['file']}: other pixels at {size}")
        known = item.get("raw", {}).get(size)
        if known and (HERE / known).read_bytes() != raw:
            wrong.append(f"{item['file']}: other bytes than {known}")
        reason = refusal(info, pixels, item["film_rules"])
        if reason != item["reason"][size]:
            wrong.append(f"{item['file']}: reason {reason} at {size}")
        if turned(pixels) != item["turned"][size]:
            wrong.append(f"{item['file']}: turned {turned(pixels)} at {size}")
    return wrong


def main() -> int:
    """Check all rows and tell on stdout."""
    rows = items()
    if importlib.util.find_spec("pydicom") is None:
        rows = [item for item in rows if not item["file"].endswith(".dcm")]
        print("without pydicom: no DICOM rows")
    wrong = [fault for item in rows for fault in faults(item)]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"Pillow {PIL.__version__}: {len(rows)} films, {len(wrong)} faults")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())

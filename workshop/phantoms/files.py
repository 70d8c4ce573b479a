"""A set of phantoms as a folder that training reads: index.csv, films/ and masks/."""

from __future__ import annotations

import csv
import itertools
import shutil
import tempfile
from pathlib import Path

from PIL import Image

from edge_runtime.errors import UsageError
from workshop.phantoms.drawing import Phantom, draw_set
from workshop.progress import Progress
from workshop.runs import storage_error

__all__ = ["COLUMNS", "SOURCE", "write_set"]

SOURCE = "phantom"
COLUMNS = (
    "path", "label", "source", "site", "institution", "patient", "view", "age", "sex", "width",
    "height", "split_group", "licence", "origin", "note",
)  # fmt: skip
_PARTS = {"index.csv", "films", "masks"}


def write_set(
    out: Path,
    films: int,
    seed: int,
    *,
    opacities: bool = True,
    mark_tied_to_label: bool = False,
    progress: bool = False,
) -> None:
    """Draw a set into the folder `out`: all of it, or nothing.

    An earlier set of phantoms there is replaced when the new one is complete; any other
    folder that is not empty is refused. `progress` shows how far it is on stderr.
    Raises `UsageError` and `StorageError`.
    """
    if films < 1:
        raise UsageError("a set of phantoms has at least one film")
    _check_replaceable(out)
    shown = Progress("drawing films", films) if progress else None
    working: Path | None = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        working = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        fresh = working / "set"
        (fresh / "films").mkdir(parents=True)
        (fresh / "masks").mkdir()
        with (fresh / "index.csv").open("w", newline="", encoding="utf-8") as stream:
            rows = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            rows.writeheader()
            for one in draw_set(
                films, seed, opacities=opacities, mark_tied_to_label=mark_tied_to_label
            ):
                rows.writerow(_save(one, fresh, seed))
                if shown is not None:
                    shown.advance()
        if out.is_dir():
            out.rename(working / "old")
        fresh.rename(out)
    except OSError as error:
        raise storage_error(out, error) from error
    finally:
        if working is not None:
            shutil.rmtree(working, ignore_errors=True)
    if shown is not None:
        shown.close()


def _check_replaceable(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; name a folder for the phantoms")
    if not out.is_dir():
        return
    held = {path.name for path in itertools.islice(out.iterdir(), len(_PARTS) + 1)}
    if held and not (held == _PARTS and _is_set(out)):
        raise UsageError(f"{out} holds something other than phantoms; name another folder")


def _is_set(out: Path) -> bool:
    """Whether the folder holds phantoms of its index and nothing else at all."""
    try:
        with (out / "index.csv").open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        ours = {Path(row["path"]).name for row in rows}
        there = {path.name for part in ("films", "masks") for path in (out / part).iterdir()}
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, TypeError):
        return False
    return bool(rows) and there <= ours and all(row.get("source") == SOURCE for row in rows)


def _save(one: Phantom, folder: Path, seed: int) -> dict[str, str | int]:
    name = f"{one.index:05d}-{one.site}-{one.label}.png"
    Image.fromarray(one.image).save(folder / "films" / name)
    Image.fromarray(one.lungs).save(folder / "masks" / name)
    height, width = one.image.shape
    return {
        "path": f"films/{name}",
        "label": one.label,
        "source": SOURCE,
        "site": one.site,
        "institution": one.institution,
        "patient": one.patient,
        "view": one.view,
        "age": one.age,
        "sex": one.sex,
        "width": width,
        "height": height,
        "split_group": one.patient,
        "licence": "Apache-2.0",
        "origin": f"workshop phantom --seed {seed}, film {one.index}",
        "note": f"stamp {'yes' if one.stamped else 'no'}",
    }

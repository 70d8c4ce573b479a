"""What a photograph of 50 megapixels costs: `android_demo/build bands`.

The phone's decoder is libjpeg-turbo: `bands.c` goes through a file with this machine's as Android's
region decoder does. What the app takes of its heap is read off a Java machine that has no more.
Times are of a core of this machine and of no phone; what they tell is how they compare.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from android_demo.tools.run import HERE, ROOT, run
from edge_runtime.errors import GateError

__all__ = ["HEAPS", "SIZE", "Cost", "compiled", "cost", "draw", "large", "table"]

SIZE = (8192, 6144)
BEFORE = 128  # rows of a band, whatever the heap
HEAPS = (96, 128, 192, 256)  # MB
KINDS = {"baseline": False, "progressive": True}
SIDEWAYS = 6
TIMES = 3


class Cost(NamedTuple):
    """What a decoder took for a film in bands."""

    seconds: float
    kib: int
    digest: str


def draw(path: Path, size: tuple[int, int] = SIZE, *, progressive: bool = False) -> Path:
    """A noisy picture in colours, as large as a photograph, stored on its side."""
    broad = Image.radial_gradient("L").resize(size)
    fine = Image.effect_noise(size, 14)
    gray = Image.blend(broad, fine, 0.3)
    colour = Image.merge("RGB", [gray, gray, Image.blend(gray, broad, 0.2)])
    turned = Image.Exif()
    turned[274] = SIDEWAYS
    colour.save(path, quality=95, subsampling=2, exif=turned, progressive=progressive)
    return path


def compiled(folder: Path) -> Path:
    """`bands.c`; needs libjpeg-turbo's header."""
    program = folder / "bands"
    run("gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program, HERE / "bands.c", "-ljpeg")
    return program


def cost(program: Path, film: Path, rows: int) -> Cost:
    """Of a film in bands of so many rows."""
    seconds, kib, digest = run(program, film, str(rows)).split()
    return Cost(float(seconds), int(kib), digest)


def large(film: Path, heap: int, size: tuple[int, int] = SIZE) -> dict[str, object]:
    """What the app's core says of a film where it may have `heap` MB."""
    done = subprocess.run(
        [ROOT / "android_demo" / "test-core", "--large", film, *map(str, size)],
        env={**os.environ, "HEAP": f"{heap}m"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    said: dict[str, object] = json.loads(done.stdout)
    return said


def table() -> Iterator[str]:
    """The lines of the table in docs/android.md."""
    yield "| film | app's heap | rows of a band | heap used | decoder's memory | a core's time |"
    yield "|---|---|---|---|---|---|"
    with tempfile.TemporaryDirectory() as folder:
        program = compiled(Path(folder))
        for kind, progressive in KINDS.items():
            film = draw(Path(folder) / f"{kind}.jpg", progressive=progressive)
            name = f"{kind}, {film.stat().st_size / 1e6:.0f} MB"
            whole = min(cost(program, film, SIZE[1]) for _ in range(TIMES))
            yield _row(name, "(whole, for comparison)", SIZE[1], None, whole)
            yield _row(name, "any, before", BEFORE, None, cost(program, film, BEFORE))
            for heap in HEAPS:
                said = large(film, heap)
                if "error" in said:
                    yield f"| {name} | {heap} MB | refused before it is tried | | | |"
                    continue
                rows, peak = int(str(said["band_rows"])), int(str(said["peak_bytes"]))
                here = min(cost(program, film, rows) for _ in range(TIMES))
                if here.digest != whole.digest:
                    raise GateError(f"bands of {rows} rows are not the whole picture")
                yield _row(name, f"{heap} MB", rows, peak, here)


def _row(film: str, heap: str, rows: int, peak: int | None, here: Cost) -> str:
    used = f"{peak / 1e6:.0f} MB" if peak else ""
    memory = f"{here.kib * 1024 / 1e6:.0f} MB"
    return f"| {film} | {heap} | {rows} | {used} | {memory} | {here.seconds:.1f} s |"

"""The app's core on this machine's Java: its own tests, and films beside Pillow and pydicom."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import pytest
from PIL import Image

from edge_runtime import explain
from edge_runtime.benchmark_record import BenchmarkRecord, Memory, Times
from edge_runtime.errors import FilmError
from edge_runtime.model import BUNDLED, Model, model_path
from edge_runtime.pixels import open_film_info, resize
from tests.android.damaged import damaged
from tests.android.films import FORMS, drawn
from tests.android.odd_films import BROKEN, REFUSED, UNREAD, odd
from tests.environments import ROOT

SCRIPT = ROOT / "android_demo" / "test-core"
SIZES = (224, 97)
DAMAGED = 800


class Tool(Protocol):
    """The core's program: lines in, an answer each."""

    def __call__(self, lines: Sequence[str], sizes: Sequence[int] = ()) -> list[dict[str, Any]]:
        """Its answers."""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    for program in ("javac", "mvn"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    return {**os.environ, "OUT": str(tmp_path_factory.mktemp("core"))}


@pytest.fixture(scope="module")
def tool(environment: dict[str, str]) -> Tool:
    """Asks `org.cxredge.core.Films`: a line in, an object out."""

    def ask(lines: Sequence[str], sizes: Sequence[int] = ()) -> list[dict[str, Any]]:
        done = subprocess.run(
            [SCRIPT, "--tool", *map(str, sizes)], env=environment, input="\n".join(lines) + "\n",
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return ask


def test_junit(environment: dict[str, str]) -> None:
    done = subprocess.run([SCRIPT], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "OK (" in done.stdout and done.stderr == ""


def test_films_by_chance_are_those_of_pillow(tool: Tool, tmp_path: Path) -> None:
    """Every format that is read on the phone without its own decoders."""
    names = []
    for name, data in drawn(seed=1):
        (tmp_path / name).write_bytes(data)
        names.append(str(tmp_path / name))
    found = tool(names, SIZES)
    pairs = [(said, expected(name)) for name, said in zip(names, found, strict=True)]
    # Some pairings of order, sign and inversion in a TIFF are read here but not by Pillow.
    unread = [one for one in pairs if "error" in one[1]]
    assert all("raw_" in one["file"] for _, one in unread) and len(unread) < 20
    assert not [one for one in pairs if one[0] != one[1] and one not in unread][:5]
    assert len(found) == sum(times for times, _ in FORMS.values())


def test_odd_films_are_those_of_pillow_or_refused(tool: Tool, tmp_path: Path) -> None:
    """What a program may write and few do; each refusal has its reason beside its name."""
    names = []
    for name, data in odd(seed=1):
        (tmp_path / name).write_bytes(data)
        names.append(str(tmp_path / name))
    unlike: list[object] = []
    refused, unread, broken = set[str](), set[str](), set[str]()
    for name, said in zip(names, tool(names, SIZES), strict=True):
        wanted = expected(name)
        if "error" in wanted:
            (broken if "error" in said else unread).add(Path(name).name)
        elif "error" in said:
            refused.add(Path(name).name)
        elif said != wanted:
            unlike.append((said, wanted))
    assert not unlike[:3]
    assert (refused, unread, broken) == (set(REFUSED), UNREAD, BROKEN)
    assert len(names) > 2 * len(REFUSED)


def test_what_both_read_of_damaged_films_is_the_same(tool: Tool, tmp_path: Path) -> None:
    """Each may refuse what it likes; other pixels of the same file would be another answer."""
    names = []
    for name, data in damaged(seed=2, times=DAMAGED):
        (tmp_path / name).write_bytes(data)
        names.append(str(tmp_path / name))
    pairs = [(said, expected(name)) for name, said in zip(names, tool(names, SIZES), strict=True)]
    both = [pair for pair in pairs if "error" not in pair[0] and "error" not in pair[1]]
    assert not [pair for pair in both if pair[0] != pair[1]][:3]
    assert DAMAGED / 4 < len(both) < DAMAGED
    # What only one reads is rare, but for the pairings that Pillow has no unpacker for.
    here = [said for said, wanted in pairs if "error" in wanted and "error" not in said]
    there = [said for said, wanted in pairs if "error" in said and "error" not in wanted]
    assert len([said for said in here if "raw_" not in said["file"]]) < DAMAGED / 50
    assert len(there) < DAMAGED / 50


@pytest.mark.parametrize("size", [(33, 90), (224, 224), (7, 5), (640, 512)])
def test_heat_is_laid_over_a_film_as_in_the_pictures_of_edge_infer(
    tool: Tool, size: tuple[int, int]
) -> None:
    dice = random.Random(sum(size))
    values = [max(0.0, dice.gauss(0, 1)) for _ in range(49)]
    heat = [struct.unpack("<f", struct.pack("<f", value))[0] for value in values]
    levels = bytes(round(255 * value / max(heat)) for value in heat)
    grid = Image.frombytes("L", (7, 7), levels)
    bicubic = Image.Resampling.BICUBIC
    large = grid.resize((size[0], 7), bicubic).resize(size, bicubic)
    rgba = b"".join(
        bytes((*explain.COLOURS[level], round(explain.MOST_OPAQUE * (level / 255) ** 0.7)))
        for level in large.tobytes()
    )
    line = " ".join(["heat", *map(str, size), *map(repr, heat)])
    assert tool([line], ()) == [{"rgba": sha256(rgba)}]


def test_a_phones_record_is_read_as_any_other(tool: Tool) -> None:
    path = model_path(BUNDLED)
    said = json.dumps(tool([f"record {path}"], ())[0])
    record = BenchmarkRecord.from_json(said)
    assert json.loads(record.to_json()).keys() == json.loads(said).keys()
    with Model.open(check=False) as model:
        assert record.model == {**model.identity(), "file_sha256": sha256(path.read_bytes())}
    steady = (4, 3.5, 3.75, 4.25, 10)
    assert record.times == Times.of(80, 9.5, steady, 12, decode_ms=31.5, resize_ms=2.5)
    assert record.memory == Memory(1000, 2000, None, 500)
    assert (record.flags, record.golden, record.emulated) == (("throttled",), True, False)
    assert record.started == "2027-01-15T08:00:00Z" and record.file_bytes == path.stat().st_size


def expected(path: str) -> dict[str, Any]:
    """What the Python runtime makes of a film."""
    try:
        film, info = open_film_info(path)
    except FilmError as error:
        return {"file": path, "error": str(error)}
    digests = {str(size): sha256(resize(film, size).tobytes()) for size in SIZES}
    return {
        "file": path, "width": info.width, "height": info.height, "colour": info.colour,
        "gray": sha256(film.tobytes()), **digests,
    }  # fmt: skip


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

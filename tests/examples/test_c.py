"""The C program gives Python's pixels, reasons, scores and lines, equal to the bit."""

from __future__ import annotations

import json
import random
import re
import struct
from array import array
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from edge_runtime import cli
from edge_runtime.container import sha256
from edge_runtime.film_rules import RULES, refusal
from edge_runtime.model import Model, model_path
from edge_runtime.pixels import open_film, open_film_info, resize
from edge_runtime.turned import turned
from tests.environments import ROOT
from tests.examples.c_program import (
    SANITIZED,
    VERSION,
    Program,
    compiled,
    native_library,
    netpbm,
    on_a_board,
)
from workshop.phantoms import draw_set

FILE = model_path()
VECTORS = ROOT / "tests" / "vectors"
ITEMS: list[dict[str, Any]] = json.loads((VECTORS / "index.json").read_text("utf-8"))["items"]
SIZES = ("224", "160", "128")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """For this machine."""
    path = compiled("gcc", tmp_path_factory.mktemp("native") / "edge_infer")
    return Program(path, library=native_library())


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """For this machine, with a watch on memory and on what C leaves undefined; no library."""
    return Program(compiled("gcc", tmp_path_factory.mktemp("asan") / "edge_infer", *SANITIZED))


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """For aarch64, in QEMU's user mode as a Raspberry Pi 4."""
    folder = tmp_path_factory.mktemp("arm")
    return on_a_board(compiled("aarch64-linux-gnu-gcc", folder / "edge_infer"))


def as_netpbm(path: Path) -> tuple[bytes, bool]:
    """A vector as PGM or PPM, and whether its low values are white.

    What C is to be held to is what comes after decoding, so as little as can be is done
    here: 16-bit values stay as they are, and colour stays colour.
    """
    if path.suffix == ".pgm":
        return path.read_bytes(), False
    if path.suffix == ".dcm":
        gray = open_film(path)
        return netpbm(*gray.size, gray.tobytes()), False
    with Image.open(path) as image:
        image.load()
        if image.mode.startswith("I;16"):
            values = array("i", image.convert("I").tobytes())
            wide = struct.pack(f">{len(values)}H", *values)
            inverted = getattr(image, "tag_v2", {}).get(262) == 0  # TIFF's photometric
            return netpbm(*image.size, wide, 65535), inverted
        if image.mode in ("RGB", "RGBA", "P"):
            plain = image.convert("RGBA").convert("RGB")
            return netpbm(*plain.size, plain.tobytes(), kind="P6"), False
    gray = open_film(path)
    return netpbm(*gray.size, gray.tobytes()), False


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, dict[str, Path]]:
    """The vectors as files for the program, by whether low values are white, and by name."""
    folder = tmp_path_factory.mktemp("vectors")
    found: dict[bool, dict[str, Path]] = {False: {}, True: {}}
    for item in ITEMS:
        data, inverted = as_netpbm(VECTORS / item["file"])
        path = folder / f"{item['file']}.pnm"
        path.write_bytes(data)
        found[inverted][item["file"]] = path
    return found


def pixels_of(program: Program, size: str, *words: str | Path) -> list[dict[str, Any]]:
    done = program("--model", FILE, "--pixels", size, *words)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("which", ["sanitized", "arm"])
def test_vectors(
    which: str, size: str, films: dict[bool, dict[str, Path]], request: pytest.FixtureRequest
) -> None:
    program: Program = request.getfixturevalue(which)
    rows: dict[str, dict[str, Any]] = {}
    for inverted, paths in films.items():
        words = ["--inverted"] if inverted else []
        told = pixels_of(program, size, *words, *paths.values())
        rows |= dict(zip(paths, told, strict=True))
    assert len(rows) == len(ITEMS) and films[True]
    for item in ITEMS:
        row = rows[item["file"]]
        assert {key: value for key, value in row.items() if key != "file"} == {
            "width": item["width"],
            "height": item["height"],
            "colour": item["colour"],
            "pixels": item["pixels"][size],
            "turned": item["turned"][size],
            "reason": item["reason"][size],
        }, item["file"]


def test_any_size_and_greatest_value(sanitized: Program, tmp_path: Path) -> None:
    """Films of random shapes, and every kind of PGM and PPM that Pillow reads, as Pillow does."""
    rng = random.Random(3)
    paths = []
    for number, most in enumerate([1, 15, 200, 255, 255, 256, 1000, 4095, 65534, 65535] * 3):
        kind = "P6" if number % 3 == 2 and most < 256 else "P5"
        width, height = rng.randint(1, 150), rng.randint(1, 150)
        count = width * height * (3 if kind == "P6" else 1)
        span = rng.choice((most, most, max(1, most // 9)))
        # Some values lie above what the header calls the greatest.
        values = [min(rng.randint(0, span) + rng.choice((0, 0, 0, 2)), 255 if most < 256 else 65535)
                  for _ in range(count)]  # fmt: skip
        data = struct.pack(f">{count}{'B' if most < 256 else 'H'}", *values)
        path = tmp_path / f"{number}.pnm"
        path.write_bytes(netpbm(width, height, data, most, kind))
        paths.append(path)
    for size in ("224", "37", "1"):
        for path, row in zip(paths, pixels_of(sanitized, size, *paths), strict=True):
            image, info = open_film_info(path)
            small = resize(image, int(size))
            assert (row["width"], row["height"]) == (info.width, info.height)
            assert row["pixels"] == sha256(small.tobytes()), (path.name, size)
            assert row["colour"] == info.colour
            assert row["reason"] == refusal(info, small, RULES)
            assert row["turned"] == turned(small)


def test_raw_grays(sanitized: Program, tmp_path: Path) -> None:
    values = [(7 * at * at) % 65536 for at in range(90 * 70)]
    big = struct.pack(f">{len(values)}H", *values)
    (tmp_path / "big").write_bytes(big)
    (tmp_path / "little").write_bytes(struct.pack(f"<{len(values)}H", *values))
    (tmp_path / "pgm").write_bytes(netpbm(90, 70, big, 65535))
    rows = [
        pixels_of(sanitized, "64", "--raw", "90x70:16be", tmp_path / "big"),
        pixels_of(sanitized, "64", "--raw", "90x70:16le", tmp_path / "little"),
        pixels_of(sanitized, "64", tmp_path / "pgm"),
    ]
    assert len({row["pixels"] for (row,) in rows}) == 1
    grays = bytes(value >> 8 for value in values)
    (tmp_path / "grays").write_bytes(grays)
    (tmp_path / "turned").write_bytes(bytes(255 - gray for gray in grays))
    plain, other = (
        pixels_of(sanitized, "64", "--raw", "90x70", tmp_path / "grays"),
        pixels_of(sanitized, "64", "--raw", "90x70:8", "--inverted", tmp_path / "turned"),
    )
    assert (
        plain[0]["pixels"]
        == other[0]["pixels"]
        == sha256(resize(Image.frombytes("L", (90, 70), grays), 64).tobytes())
    )


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Phantoms at their own sizes, of 8 bits and stretched to 16, and one that is refused."""
    folder = tmp_path_factory.mktemp("phantoms")
    paths = []
    for number, phantom in enumerate(islice(draw_set(12, 5), 12)):
        height, width = phantom.image.shape
        data, most = phantom.image.tobytes(), 255
        if number % 4 == 3:
            grays = [3 * gray * gray // 16 + 900 for gray in phantom.image.ravel().tolist()]
            data, most = struct.pack(f">{len(grays)}H", *grays), 65535
        odd = "\x1b[31m \t\x7f\u009b\u00ad\u200f\u202e\ufeff" if number == 1 else ""
        path = folder / f'phantom "{number}" {odd}\u00e4\U0001f600.pgm'
        path.write_bytes(netpbm(width, height, data, most))
        paths.append(path)
    (folder / "blank.pgm").write_bytes(netpbm(100, 100, bytes(10_000)))
    return [*paths, folder / "blank.pgm"]


@pytest.mark.parametrize("which", ["program", "arm"])
def test_the_same_result_as_python(
    which: str, phantoms: list[Path], request: pytest.FixtureRequest
) -> None:
    program: Program = request.getfixturevalue(which)
    done = program("--json", "--threshold", "0.6", "--model", FILE, *phantoms)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert done.stdout.isascii()
    told = [json.loads(line) for line in done.stdout.splitlines()]
    with Model.open(FILE, threshold=0.6) as model:
        expected = [model.predict(path).to_dict() for path in phantoms]
    assert {one["answer"] for one in expected} == {"covid", "normal", "not_recognised"}
    for found, wanted in zip(told, expected, strict=True):
        assert list(found) == list(wanted)
        assert list(found["timing_ms"]) == list(wanted["timing_ms"])
        del found["timing_ms"], wanted["timing_ms"]
        # The library does not tell its version.
        assert found["runtime"] == {**wanted["runtime"], "version": "unknown"}
        del found["runtime"], wanted["runtime"]
        assert found == wanted
    # Not only equal numbers: the same digits.
    cut = '"timing_ms"'
    for line, wanted in zip(done.stdout.splitlines(), expected, strict=True):
        assert line.split(f", {cut}")[0] == json.dumps(wanted).split(', "model"')[0]


def test_the_same_lines_and_threshold(
    program: Program, phantoms: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--threshold", "0.5", "--model", str(FILE), *map(str, phantoms)]
    assert cli.main(words) == 0
    wanted = capsys.readouterr().out
    done = program(*words)
    assert done.returncode == 0 and done.stderr == ""
    time = re.compile(r"[\d.]+ ms$", re.M)
    assert time.sub("", done.stdout) == time.sub("", wanted) and "threshold 0.500" in wanted


def test_the_float_graph(program: Program, tiny_float_model: Path, tmp_path: Path) -> None:
    """Another size, another grid, and pixels as floats."""
    film = tmp_path / "film.pgm"
    film.write_bytes(netpbm(80, 70, bytes((at * 3 + at // 80) % 200 for at in range(5600))))
    done = program("--json", "--model", tiny_float_model, film)
    told = json.loads(done.stdout)
    with Model.open(tiny_float_model) as model:
        wanted = model.predict(film)
    assert told["score"] == pytest.approx(wanted.score, abs=1e-5)
    assert told["novelty"] == pytest.approx(wanted.novelty, abs=1e-5)
    assert (told["answer"], told["model"]) == (wanted.answer, wanted.model)


def test_memory(program: Program, arm: Program, phantoms: list[Path], record_property: Any) -> None:
    """Peak memory by the system's own count. QEMU's user mode counts QEMU too: only told."""
    peaks = {}
    for name, one in (("native", program), ("emulated", arm)):
        for what, words in (("whole", []), ("film alone", ["--pixels", "224"])):
            done = one("--memory", "--model", FILE, *words, phantoms[0])
            (kib,) = re.findall(r"peak memory\s+(\d+) kB", done.stderr)
            peaks[f"{name}, {what}"] = int(kib)
            record_property(f"peak_kib_{name}_{what}", int(kib))
    print(peaks)
    assert peaks["native, whole"] < 28_000
    assert peaks["native, film alone"] < 8_000


def test_the_library_is_the_pinned_one() -> None:
    pins = (ROOT / "requirements" / "wheel-3.11.txt").read_text("utf-8")
    assert f"ai-edge-litert=={VERSION} " in pins

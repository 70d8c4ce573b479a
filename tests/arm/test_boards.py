"""The runtime and the bundled model on emulated ARM boards: the same answers, no speed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.boards import BOARDS, SYSTEMS, Device, device
from edge_runtime.model import Model
from edge_runtime.pixels import open_film, resize
from tests.arm.tools import need
from workshop.phantoms import write_set

FILMS = 8
# Those of the runtime's own tests that make no model of their own (that takes TensorFlow).
OWN = ("vectors", "pixels", "windowing", "film_rules", "contract", "container")
OUTPUTS = """
import json, sys
from edge_runtime.model import Model
from edge_runtime.pixels import open_film, resize
with Model.open() as model:
    for name in sys.argv[1:]:
        pixels = resize(open_film(name), model.contract.input_size).tobytes()
        print(json.dumps([pixels.hex(), *model.run(pixels), model.predict(name).answer]))
"""


@pytest.fixture(scope="module", params=["pi3", "pi4", "pi5", "armv7"])
def board(request: pytest.FixtureRequest) -> Device:
    system = SYSTEMS[BOARDS[request.param].system]
    need("mmdebstrap", system.qemu)
    return device(str(request.param))


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("phantoms")
    write_set(folder, FILMS, 21)
    return sorted(folder.glob("films/*.png"))


def test_golden_inputs_pass(board: Device) -> None:
    done = board.run("-m", "edge_runtime", "--self-test")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 3 and all(": passed, " in line for line in lines)
    exact = [line.endswith("0 off (0 allowed)") for line in lines]
    assert all(exact) is (board.board.system == "aarch64")


def test_it_answers_as_this_machine_does(board: Device, films: list[Path]) -> None:
    """With LiteRT to the bit; tflite-runtime rounds elsewhere, within its own tolerance."""
    done = board.run("-c", OUTPUTS, *films)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    with Model.open() as model:
        allowed = model.goldens.tolerance["other"]
        for film, (pixels, probabilities, heatmap, novelty, answer) in zip(
            films, found, strict=True
        ):
            here = resize(open_film(film), model.contract.input_size).tobytes()
            assert here.hex() == pixels
            ours = model.run(here)
            if board.board.system == "aarch64":
                assert (tuple(probabilities), tuple(heatmap), novelty) == ours
            else:
                off = max(abs(a - b) for a, b in zip(probabilities, ours[0], strict=True))
                assert off <= allowed.probabilities and abs(novelty - ours[2]) <= allowed.novelty
            assert answer == model.predict(film).answer


@pytest.mark.parametrize("board", ["pi4", "armv7"], indirect=True)
def test_its_own_tests_pass(board: Device) -> None:
    """Once for 64 and once for 32 bits: they take minutes, and none looks at the core."""
    files = [f"tests/edge_runtime/test_{name}.py" for name in OWN]
    # A program that starts another one would start it on this machine: left out.
    chosen = ("-k", "not needs_no_numpy", "--hypothesis-profile=emulated")
    done = board.run("-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen, *files)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout.splitlines()[-1]

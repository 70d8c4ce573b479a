"""Which interpreter runs a graph, and what is said where none does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edge_runtime.errors import ModelError
from edge_runtime.interpreters import open_interpreter
from edge_runtime.model import Model
from tests.environments import ROOT, environment
from tests.tiny import film, png

OLD = ROOT / "requirements/wheel-3.11-armv7l.txt"


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "covid.png"
    path.write_bytes(png(film(170, seed=1, size=200)))
    return path


def infer(python: Path | str, *words: object) -> subprocess.CompletedProcess[str]:
    command = [python, "-m", "edge_runtime", *map(str, words)]
    plain = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, env=plain, cwd=ROOT)


@pytest.fixture(scope="module")
def old_python() -> Path:
    """An environment with tflite-runtime 2.14 and NumPy 1: what 32-bit ARM has."""
    return environment("tflite-runtime", OLD, newest=(3, 11))


@pytest.mark.parametrize("fixture", ["tiny_model", "tiny_float_model"])
def test_the_old_interpreter_agrees(
    request: pytest.FixtureRequest, fixture: str, old_python: Path, picture: Path
) -> None:
    path: Path = request.getfixturevalue(fixture)
    done = infer(old_python, "--json", "--model", path, picture)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["runtime"] == {
        "name": "tflite-runtime", "api": "python", "version": "2.14.0", "delegate": "none",
        "threads": 1,
    }  # fmt: skip
    with Model.open(path) as model:
        here = model.predict(picture)
        step = 1 / 256 if here.model["precision"] == "int8" else 1e-5
    assert said["answer"] == here.answer == "covid"
    assert said["score"] == pytest.approx(here.score, abs=1.01 * step)


def test_the_old_interpreter_passes_all_golden_inputs(old_python: Path, tiny_model: Path) -> None:
    done = infer(old_python, "--self-test", "--model", tiny_model)
    assert done.returncode == 0 and done.stdout.count(": passed") == 3, done.stderr


def test_the_old_interpreter_beside_a_new_numpy_says_so(
    tiny_model: Path, picture: Path, tmp_path: Path
) -> None:
    pins = tmp_path / "pins.txt"
    wanted = [line for line in OLD.read_text("utf-8").splitlines() if "numpy" not in line]
    pins.write_text("\n".join([*wanted, "numpy==2.2.6"]), "utf-8")
    python = environment("tflite-runtime-numpy2", pins, newest=(3, 11))
    done = infer(python, "--model", tiny_model, picture)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1 and "numpy<2" in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("block", "says"),
    [
        ("sys.modules['ai_edge_litert'] = None", "no interpreter"),
        ("sys.modules['numpy'] = None", "litert does not start"),
    ],
)
def test_without_an_interpreter(tiny_model: Path, picture: Path, block: str, says: str) -> None:
    program = (
        f"import sys; {block}; sys.modules['tflite_runtime'] = None\n"
        "from edge_runtime import litert_library; litert_library.LIBRARY = 'none.so'\n"
        "from edge_runtime.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--model", tiny_model, picture],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.count("\n") == 1 and says in done.stderr and "install" in done.stderr


def test_an_int8_graph_takes_the_pixel_itself(tiny_graphs: dict[str, bytes]) -> None:
    whole, plain = (open_interpreter(tiny_graphs[name]) for name in ("int8", "float32"))
    assert (whole.input_dtype, whole.input_scale, whole.input_zero_point) == ("uint8", 1.0, 0)
    assert (plain.input_dtype, plain.input_scale, plain.input_zero_point) == ("float32", 0.0, 0)
    pixels = film(120).tobytes()
    one, other = whole.run(pixels), plain.run(pixels)
    assert one["probabilities"][1] == pytest.approx(other["probabilities"][1], abs=0.03)
    assert one["novelty"][0] == pytest.approx(other["novelty"][0], abs=0.03)


def test_positions_are_those_of_the_subgraph(tiny_graphs: dict[str, bytes]) -> None:
    opened = open_interpreter(tiny_graphs["int8"])
    sizes = {"probabilities": 2, "heatmap": 16, "novelty": 1}
    shapes = [detail["shape"].tolist() for detail in opened.native.get_output_details()]
    assert {name: shapes[place] for name, place in opened.positions.items()} == {
        name: [1, size] for name, size in sizes.items()
    }


def test_a_signature_without_our_names_is_refused(tiny_graphs: dict[str, bytes]) -> None:
    renamed = tiny_graphs["int8"].replace(b"novelty\0", b"surprise"[:7] + b"\0")
    with pytest.raises(ModelError, match="no output named 'novelty'"):
        open_interpreter(renamed)


def test_chatter_of_native_code_is_not_seen(tiny_model: Path, picture: Path) -> None:
    assert infer(sys.executable, "--model", tiny_model, picture).stderr == ""

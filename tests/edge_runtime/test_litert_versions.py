"""Each LiteRT whose C API is used gives what its own Interpreter gives; others are left alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from edge_runtime.litert_library import VERSIONS
from tests.environments import ROOT, environment
from workshop.phantoms import write_set

PINS = ROOT / f"requirements/wheel-3.{sys.version_info[1]}.txt"
PINNED = re.search(r"^ai-edge-litert==(\S+)", PINS.read_text("utf-8"), re.MULTILINE)
UNTRIED = "2.1.0"  # the oldest that setup.cfg allows; its C API takes other arguments
OUTPUTS = """
import json, sys
from pathlib import Path
from edge_runtime.interpreters import open_interpreter
from edge_runtime.litert_c import open_litert_c
from edge_runtime.model import Model
from edge_runtime.model_file import model_path, read
from edge_runtime.pixels import film_pixels

found = {}
for path in (model_path(), *sys.argv[1].split(":")):
    file = read(Path(path))
    size = file.contract.input_size
    pictures = [item.pixels() for item in file.goldens.items]
    pictures += [film_pixels(name, size) for name in sys.argv[2:]]
    for threads in (1, 2):
        one, other = open_litert_c(file.graph, threads), open_interpreter(file.graph, threads)
        assert (one.version, one.delegate) == (other.version, other.delegate)
        outputs = [one.run(pixels) for pixels in pictures]
        assert outputs == [other.run(pixels) for pixels in pictures]
        found[f"{file.contract.precision} {size} {threads}"] = outputs
        one.close()
with Model.open() as model:
    print(json.dumps([model.runtime(), found]))
"""


def python_with(version: str, folder: Path) -> str | Path:
    """A Python that has this LiteRT: this one, or that of an environment of its own."""
    assert PINNED is not None
    if version == PINNED[1]:
        return sys.executable
    text = PINS.read_text("utf-8").replace(PINNED[0], f"ai-edge-litert=={version}")
    pins = folder / f"litert-{version}.txt"
    pins.write_text(text, "utf-8")
    return environment(f"litert-{version}", pins)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("phantoms")
    write_set(folder, 6, 5)
    return sorted(folder.glob("films/*.png"))


def run(python: str | Path, *words: str | Path) -> str:
    """What a program prints; it must say nothing else."""
    done = subprocess.run(
        [python, *words], capture_output=True, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("version", VERSIONS)
def test_a_tried_version_answers_to_the_bit_as_its_interpreter(
    version: str, films: list[Path], tiny_model: Path, tiny_float_model: Path, tmp_path: Path
) -> None:
    words: list[str | Path] = ["-c", OUTPUTS, f"{tiny_model}:{tiny_float_model}", *films]
    runtime, outputs = json.loads(run(python_with(version, tmp_path), *words))
    assert (runtime["api"], runtime["version"]) == ("c", version)
    assert len(outputs) == 6 and {len(one) for one in outputs.values()} == {3 + len(films)}
    if version != VERSIONS[-1]:
        _, latest = json.loads(run(python_with(VERSIONS[-1], tmp_path), *words))
        whole = [key for key in outputs if key.startswith("int8")]
        assert len(whole) == 4
        assert all(outputs[key] == latest[key] for key in whole)


def test_an_untried_version_answers_by_its_interpreter(films: list[Path], tmp_path: Path) -> None:
    python = python_with(UNTRIED, tmp_path)
    assert UNTRIED not in VERSIONS
    said = json.loads(run(python, "-m", "edge_runtime", "--json", films[0]))
    assert (said["runtime"]["api"], said["runtime"]["version"]) == ("python", UNTRIED)
    here = json.loads(run(sys.executable, "-m", "edge_runtime", "--json", films[0]))
    assert here["runtime"]["api"] == "c"
    assert (said["answer"], said["score"]) == (here["answer"], here["score"])

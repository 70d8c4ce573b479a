"""What `edge_runtime` imports: on a small device each import is time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.environments import ROOT
from tests.tiny import film, png

HEAVY = {"tensorflow", "keras", "jax", "torch", "workshop", "training", "export", "benchmarks"}


def imported(program: str, *words: object) -> set[str]:
    """Top-level modules after a program, in a fresh process."""
    program += (
        "\nimport json, sys\nprint(json.dumps(sorted({n.split('.')[0] for n in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, words)],
        capture_output=True, text=True, cwd=ROOT, check=True,
    )  # fmt: skip
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.png"
    path.write_bytes(png(film(170, seed=1, size=200)))
    return path


def test_the_whole_command_needs_no_tensorflow(tiny_model: Path, picture: Path) -> None:
    program = "import sys; from edge_runtime.cli import main; main(sys.argv[1:])"
    found = imported(program, "--json", "--self-test", "--model", tiny_model, picture)
    assert "PIL" in found
    assert not found & (HEAVY | {"numpy", "ai_edge_litert"})


def test_a_cold_answer_imports_next_to_nothing(tiny_model: Path, picture: Path) -> None:
    """What Pillow and the C API need, and json and hashlib: all else is time before an answer."""
    needed = "import ctypes, hashlib, json; from PIL import Image, PngImagePlugin"
    program = (
        "import sys; from edge_runtime import model_file; model_file.find = lambda _: sys.argv[1]\n"
        "from edge_runtime.cli import main; main(sys.argv[2:])"
    )
    more = imported(program, tiny_model, picture) - imported(needed)
    small = {"array", "base64", "binascii", "edge_runtime", "gc", "importlib", "locale", "weakref"}
    assert more <= small | {"threading"}, more


def test_garbage_is_collected_from_the_first_film_on(tiny_model: Path, picture: Path) -> None:
    """Not while all that stays is imported; an archive's memory must not grow, though."""
    program = (
        "import gc, sys\nfrom edge_runtime import __main__, cli, model\n"
        "seen = []\n"
        "for home, name in (model.model_file, 'read'), (model.Model, 'answer'):\n"
        "    def told(*a, _inner=getattr(home, name), _name=name, **k):\n"
        "        seen.append((_name, gc.isenabled()))\n"
        "        return _inner(*a, **k)\n"
        "    setattr(home, name, told)\n"
        "__main__.os._exit = lambda status: None\n"
        "sys.argv[1:1] = ['--model']\n"
        "__main__.command()\n"
        "assert seen == [('read', False), ('answer', True)], seen"
    )
    imported(program, tiny_model, picture)


def test_the_interpreter_path_needs_no_tensorflow(tiny_model: Path, picture: Path) -> None:
    program = (
        "import os, sys; os.environ['CXR_EDGE_INTERPRETER'] = 'litert'\n"
        "from edge_runtime.cli import main; main(sys.argv[1:])"
    )
    found = imported(program, "--json", "--self-test", "--model", tiny_model, picture)
    assert {"PIL", "ai_edge_litert", "numpy"} <= found
    assert not found & HEAVY


def test_no_module_needs_tensorflow() -> None:
    modules = [path.stem for path in (ROOT / "edge_runtime").glob("*.py") if path.stem[0] != "_"]
    assert {"cli", "model", "pixels", "probe"} <= set(modules)
    found = imported("\n".join(f"import edge_runtime.{name}" for name in modules))
    assert not found & (HEAVY | {"numpy", "ai_edge_litert", "tflite_runtime"})


def test_the_package_alone_imports_nothing() -> None:
    assert not imported("import edge_runtime; edge_runtime.__version__") & {"numpy", "PIL"}


def test_pixels_of_an_ordinary_film_need_no_numpy(picture: Path) -> None:
    program = (
        "import sys; from edge_runtime.pixels import film_pixels; film_pixels(sys.argv[1], 64)"
    )
    assert not imported(program, picture) & {"numpy", "ai_edge_litert"}


def test_every_promised_name_is_there() -> None:
    program = "import edge_runtime\nfor n in edge_runtime.__all__: getattr(edge_runtime, n)"
    assert "PIL" in imported(program)
    with pytest.raises(subprocess.CalledProcessError):
        imported("import edge_runtime; edge_runtime.nothing")

"""A damaged model file is refused before any interpreter, native code, reads it."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from edge_runtime import container
from edge_runtime.errors import InterpreterError, ModelError
from edge_runtime.model import Model, model_path

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bundled() -> Path:
    """The bundled model: neither TensorFlow nor an export is needed for it."""
    return model_path()


@pytest.fixture
def no_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes as far as an interpreter gets `InterpreterError`: none can be imported."""
    for name in ("ai_edge_litert", "tflite_runtime", "onnxruntime"):
        for known in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
            monkeypatch.delitem(sys.modules, known)
        monkeypatch.setitem(sys.modules, name, None)


def test_no_flipped_bit_reaches_an_interpreter(
    bundled: Path, tmp_path: Path, no_interpreter: None
) -> None:
    """Some hundreds of bits, chosen by a seed, an even share from each part of the file."""
    data, path = bundled.read_bytes(), tmp_path / "damaged.tflite"
    whole = container.split(data)
    path.write_bytes(data)
    with pytest.raises(InterpreterError):  # a whole file does: this test can fail
        Model.open(path)
    dice, harmless, refused = random.Random(1), 0, 0
    step = max(1, len(data) // 400)
    for begin in range(0, len(data) - step, step):
        place = begin + dice.randrange(step)
        broken = bytearray(data)
        broken[place] ^= 1 << dice.randrange(8)
        path.write_bytes(broken)
        with pytest.raises(ModelError) as caught:
            Model.open(path)
        assert "\n" not in str(caught.value)
        if type(caught.value) is InterpreterError:  # only what carries the very same content
            graph, files = container.split(bytes(broken))
            assert graph == whole[0] and place >= len(graph)
            for name in (container.CONTRACT, container.GOLDEN):
                assert files[name] == whole[1][name]
            harmless += 1
        else:
            refused += 1
    assert refused > 0.7 * (refused + harmless)  # dates in the archive, and the like


def test_a_file_cut_anywhere_reaches_none(
    bundled: Path, tmp_path: Path, no_interpreter: None
) -> None:
    data, path = bundled.read_bytes(), tmp_path / "short.tflite"
    for length in range(0, len(data), len(data) // 40):
        path.write_bytes(data[:length])
        with pytest.raises(ModelError) as caught:
            Model.open(path)
        assert type(caught.value) is not InterpreterError


def test_the_command_ends_with_3_and_one_line(bundled: Path, tmp_path: Path) -> None:
    broken, path = bytearray(bundled.read_bytes()), tmp_path / "damaged.tflite"
    broken[5000] ^= 4
    path.write_bytes(broken)
    film = ROOT / "tests" / "vectors" / "gray8_odd.png"
    done = subprocess.run(
        [sys.executable, "-m", "edge_runtime", "--model", path, film],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        f"edge-infer: error: {path} is damaged: its graph is not the one of its contract\n"
    )

"""`export inspect` and `verify` on what is damaged, and on what is no model."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime import container
from edge_runtime.errors import EdgeError, ModelError
from edge_runtime.model import model_path
from export import inspect_file as module
from export.inspect_file import inspect_file
from export.inspect_table import inspection_lines
from export.verify import verify
from tests.environments import ROOT

DATA = model_path().read_bytes()


@settings(max_examples=60)
@given(at=st.integers(0, len(DATA) - 1), bit=st.integers(0, 7))
def test_a_bit_flipped_is_found(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    """Anywhere: in the graph, in a file behind it, in the directory of these."""
    data = bytearray(DATA)
    data[at] ^= 1 << bit
    path = tmp_path_factory.mktemp("flipped") / "flipped.tflite"
    path.write_bytes(data)
    graph = container.split(DATA)[0]
    if at >= len(graph) and _same_files(bytes(data)):
        return  # a date or an attribute of an entry: the graph and every file are what they were
    for check in (inspect_file, verify):
        with pytest.raises(EdgeError) as caught:
            check(path)
        assert caught.value.exit_code in (1, 3) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["golden.json", "labels.txt"])
def test_a_file_that_is_gone_is_damage(name: str, tmp_path: Path) -> None:
    """As where a flipped length in the ZIP's directory swallows an entry."""
    graph, files = container.split(DATA)
    path = tmp_path / "gone.tflite"
    path.write_bytes(container.append(graph, {n: b for n, b in files.items() if n != name}))
    with pytest.raises(ModelError, match=f"damaged: {name} is not in it"):
        inspect_file(path)


def _same_files(data: bytes) -> bool:
    try:
        return container.split(data) == container.split(DATA)
    except ModelError:
        return False


@settings(max_examples=150)
@given(data=st.data())
def test_others_damaged_files_are_told_or_refused(
    tiny_graphs: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """No digest tells here; whatever the reader meets, it ends as a result or in one line."""
    graph = bytearray(tiny_graphs["float32"])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(graph) - 1))
        graph[at] = data.draw(st.integers(0, 255))
    end = data.draw(st.sampled_from([len(graph), len(graph) // 2, 60]))
    path = tmp_path_factory.mktemp("theirs") / "theirs.tflite"
    path.write_bytes(graph[:end])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ask", lambda bare: "not asked")
        try:
            found = inspect_file(path)
        except ModelError as error:
            assert str(path) in str(error) and "\n" not in str(error)
        else:
            assert inspection_lines(found)


def command(*words: str | Path, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "export", *words],
        capture_output=True, text=True, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("nowhere.tflite", None, "nowhere.tflite"),
        ("empty.tflite", b"", "no model"),
        ("words.txt", b"a film is a radiograph file", "no model"),
        ("student.keras", b"PK\x03\x04 and so on", "no model"),
        ("short.tflite", DATA[:5000], "damaged or was cut short"),
        ("short.onnx", b"\x08\x08\x12\x04", "not an ONNX model"),
        ("words.onnx", b"a film", "not an ONNX model"),
        ("empty.onnx", b"", "holds no graph"),
        ("cut.tflite", DATA[:-30], "damaged"),
    ],
)
def test_what_is_no_model_is_one_line(
    name: str, content: bytes | None, text: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = command("inspect", name, folder=tmp_path)
    assert done.returncode == 3 and text in done.stderr and done.stdout == ""
    assert len(done.stderr.splitlines()) == 1 and done.stderr.startswith("error: ")
    assert command("verify", name, folder=tmp_path).returncode in (1, 3)

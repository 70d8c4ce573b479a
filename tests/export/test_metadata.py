"""TFLite Metadata in a graph: what is written comes back, and nothing else changes."""

from __future__ import annotations

import glob
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import flatbuffers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime import container
from edge_runtime.contract import NOTICE
from edge_runtime.errors import ModelError, UsageError
from edge_runtime.interpreters import open_interpreter
from export.metadata import LABELS_FILE, About, described, labels_text
from export.metadata_graph import metadata_buffer, output_names
from export.metadata_reader import read
from tests.environments import ROOT
from tests.tiny import SIZE, film

ABOUT = About("tiny", "1.2.3", "int8", SIZE, 0.501, 0.601, "Somebody", "Weights: for tests")
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
LABEL = TEXT.filter(lambda text: text.splitlines() == [text] and bool(text.strip()))
PRECISIONS = ("int8", "float32")


@pytest.fixture(scope="module")
def graph(tiny_graphs: dict[str, bytes]) -> bytes:
    return tiny_graphs["float32"]


def test_what_is_written_comes_back(tiny_graphs: dict[str, bytes]) -> None:
    graph = tiny_graphs["int8"]

    @settings(max_examples=60)
    @given(TEXT, TEXT, TEXT, TEXT, st.lists(LABEL, min_size=1, max_size=5),
           st.floats(0, 1, width=32), st.integers(1, 4096))  # fmt: skip
    def comes_back(
        name: str, text: str, version: str, author: str, labels: list[str],
        threshold: float, size: int,
    ) -> None:  # fmt: skip
        about = About(
            name, version, "int8", size, threshold, 0.5, author, text, tuple(labels), text
        )
        data = described(graph, about)
        found = read(container.append(data, {LABELS_FILE: labels_text(about.labels)}))
        assert (found.name, found.version, found.author) == (name, version, author)
        assert found.licence == f"{text}. Code: Apache-2.0."
        assert found.description == f"{text} Precision: int8. {NOTICE}"
        assert found.input.size == (size, size)
        by_name = {head.name: head for head in found.heads}
        assert by_name["probabilities"].labels == tuple(labels)
        assert by_name["probabilities"].threshold == threshold
        assert ", ".join(labels) in by_name["probabilities"].description

    comes_back()


def test_what_is_said_of_input_and_heads(graph: bytes) -> None:
    found = read(described(graph, ABOUT))
    image = found.input
    assert (image.color_space, image.mean, image.std) == ("RGB", (0.0,), (1.0,))
    assert image.range == ((0.0,), (255.0,))
    by_name = {head.name: head for head in found.heads}
    assert by_name["probabilities"].labels_file == LABELS_FILE
    assert by_name["probabilities"].labels == ()  # no ZIP behind a graph alone
    for name in ("heatmap", "novelty"):
        assert (by_name[name].labels_file, by_name[name].threshold) == (None, None)
        assert "No classes" in by_name[name].description
    assert "0.601" in by_name["novelty"].description
    assert set(found.files) == {"contract.json", "golden.json", "MODEL_CARD.md", "labels.txt"}
    assert found.to_dict()["heads"][0]["name"] == found.heads[0].name


@pytest.mark.parametrize("precision", PRECISIONS)
def test_heads_stand_in_the_subgraph_s_order(tiny_graphs: dict[str, bytes], precision: str) -> None:
    data = described(tiny_graphs[precision], ABOUT)
    positions = open_interpreter(data).positions
    names = [head.name for head in read(data).heads]
    assert {name: names.index(name) for name in positions} == positions
    assert tuple(names) == output_names(tiny_graphs[precision])


def _native(graph: bytes) -> Any:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=graph)
    interpreter.allocate_tensors()
    return interpreter


@pytest.mark.parametrize("precision", PRECISIONS)
def test_nothing_else_changes(tiny_graphs: dict[str, bytes], precision: str) -> None:
    graph = tiny_graphs[precision]
    data = described(graph, ABOUT)
    assert data == described(graph, ABOUT)
    assert data.rstrip(b"\0").endswith(graph.rstrip(b"\0"))
    assert len(data) - len(graph) < 6000
    blob = metadata_buffer(data)
    assert blob is not None
    # Buffers stay where they were between two multiples of 16, and the new one lies on one.
    assert data.index(graph.rstrip(b"\0")) % 16 == data.index(blob) % 16 == 0
    before, after = open_interpreter(graph), open_interpreter(data)
    for seed in range(8):
        pixels = film(30 * seed, seed).tobytes()
        assert before.run(pixels) == after.run(pixels)
    one, other = _native(graph), _native(data)
    assert one.get_signature_list() == other.get_signature_list()
    assert repr(one.get_tensor_details()) == repr(other.get_tensor_details())
    assert repr(one._get_ops_details()) == repr(other._get_ops_details())


def test_the_schema_s_own_reader_finds_every_entry(graph: bytes) -> None:
    from ai_edge_litert import schema_py_generated as schema

    old, new = (schema.Model.GetRootAs(one, 0) for one in (graph, described(graph, ABOUT)))
    names = [[one.Metadata(n).Name() for n in range(one.MetadataLength())] for one in (old, new)]
    assert names[1] == [*names[0], b"TFLITE_METADATA"]
    assert new.Metadata(len(names[0])).Buffer() == old.BuffersLength() == new.BuffersLength() - 1
    content = new.Buffers(old.BuffersLength()).DataAsNumpy().tobytes()
    assert content[4:8] == b"M001"
    assert (old.Version(), old.Description()) == (new.Version(), new.Description())
    for number in range(old.BuffersLength()):
        ours, theirs = new.Buffers(number), old.Buffers(number)
        assert ours.DataLength() == theirs.DataLength()
        if ours.DataLength():
            assert (ours.DataAsNumpy() == theirs.DataAsNumpy()).all()


@pytest.mark.parametrize(
    "change",
    [
        {"name": "a\0b"}, {"author": "\ud800"}, {"labels": ()}, {"labels": ("a\nb", "c")},
        {"labels": ("a", " ")}, {"threshold": float("nan")}, {"threshold": 1.5},
        {"novelty_threshold": -0.1}, {"input_size": 0},
    ],
)  # fmt: skip
def test_what_no_reader_could_read_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        replace(ABOUT, **change)


def test_a_graph_is_described_once(graph: bytes) -> None:
    with pytest.raises(ModelError, match="already"):
        described(described(graph, ABOUT), ABOUT)
    with pytest.raises(ModelError, match="carries no TFLite metadata"):
        read(graph)


@pytest.mark.parametrize("bad", [b"", b"no graph", b"\x08\0\0\0TFL3", b"\xff\xff\xff\xffTFL3" * 9])
def test_what_is_no_graph_is_refused(bad: bytes) -> None:
    for use in (read, lambda data: described(data, ABOUT)):
        with pytest.raises(ModelError):
            use(bad)


def test_damage_is_one_error_or_none(graph: bytes) -> None:
    data = described(graph, ABOUT)
    front = len(data) - len(graph)  # what was written: the new root and the metadata

    @settings(max_examples=300)
    @given(st.integers(0, front - 1), st.integers(1, 255))
    def reads_or_says_so(place: int, bits: int) -> None:
        changed = bytearray(data)
        changed[place] ^= bits
        try:
            read(bytes(changed))
        except ModelError as error:
            assert "\n" not in str(error)

    reads_or_says_so()


def _pythons() -> list[str]:
    """Every Python from 3.11 to 3.13 that runs here, one a version; this one always."""
    found = {sys.version_info[1]: sys.executable}
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in (11, 12, 13):
        kept = sorted(glob.glob(f"{pyenv}/3.{minor}.*/bin/python3.{minor}"))
        for candidate in (shutil.which(f"python3.{minor}"), *kept):
            if candidate and minor not in found and _runs(candidate, minor):
                found[minor] = candidate
    return [found[minor] for minor in sorted(found)]


def _runs(python: str, minor: int) -> bool:
    # Version managers leave commands that only say that they are not there.
    code = f"import sys; sys.exit(sys.version_info[:2] != (3, {minor}))"
    return subprocess.run([python, "-c", code], capture_output=True).returncode == 0


@pytest.mark.parametrize("python", _pythons(), ids=lambda path: re.sub(r".*/versions/", "", path))
def test_the_writer_needs_flatbuffers_alone(python: str, graph: bytes, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "flatbuffers").symlink_to(Path(flatbuffers.__file__).parent)
    for name in ("edge_runtime", "export"):
        (site / name).symlink_to(ROOT / name)
    (tmp_path / "graph").write_bytes(graph)
    code = (
        "import sys, pathlib\n"
        "from export.metadata import About, described\n"
        "from export.metadata_reader import read\n"
        f"about = {ABOUT!r}\n"
        "data = described(pathlib.Path('graph').read_bytes(), about)\n"
        "assert read(data).name == 'tiny'\n"
        "pathlib.Path('described').write_bytes(data)\n"
        "print(sorted({'numpy', 'tensorflow', 'PIL', 'ai_edge_litert'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [python, "-S", "-B", "-c", code], cwd=tmp_path, capture_output=True, text=True,
        env={"PYTHONPATH": str(site), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
    assert (tmp_path / "described").read_bytes() == described(graph, ABOUT)

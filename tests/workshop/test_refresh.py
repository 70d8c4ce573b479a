"""Blocks are found, replaced and compared by digest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.container import append, sha256
from edge_runtime.errors import DataError, ModelError
from workshop.refresh import BUNDLED, ROOT, bundled_digest, quoting_files, refresh, replace, stale

OLD, NEW = "a" * 64, "b" * 64


def block(name: str, digest: str, body: str) -> str:
    mark = f" {digest}" if digest else ""
    return f"<!-- refresh:{name}{mark} -->\n{body}<!-- /refresh:{name} -->"


def checkout(folder: Path, text: str, graph: bytes | None = b"graph") -> Path:
    (folder / "README.md").write_text(text, "utf-8")
    if graph is not None:
        (folder / BUNDLED).parent.mkdir(parents=True)
        (folder / BUNDLED).write_bytes(append(graph, {"contract.json": b"{}"}))
    return folder


def test_every_block_is_replaced_and_the_rest_stays() -> None:
    text = f"# A\n{block('one', '', '')}\n\nb\n{block('two', OLD, 'old')}\nend\n"
    assert replace(text, NEW, {"one": "1\n", "two": "2\n"}) == (
        f"# A\n{block('one', NEW, '1' + chr(10))}\n\nb\n{block('two', NEW, '2' + chr(10))}\nend\n"
    )


@given(st.text(st.characters(exclude_characters="<\r"), max_size=80))
def test_replacing_twice_changes_nothing(body: str) -> None:
    bodies = {"one": body + "\n"}
    once = replace(f"x\n{block('one', OLD, 'y')}\nz", NEW, bodies)
    assert body in once
    assert replace(once, NEW, bodies) == once


def test_an_open_block_is_an_error() -> None:
    with pytest.raises(DataError, match="README.md: a refresh block is not closed"):
        replace("<!-- refresh:one -->\nno end", NEW, {"one": ""}, "README.md")


def test_an_unknown_block_is_an_error() -> None:
    with pytest.raises(DataError, match="no block is named 'two'; there are one"):
        replace(block("two", "", ""), NEW, {"one": ""})


def test_stale_names_file_and_block(tmp_path: Path) -> None:
    digest = sha256(b"graph")
    text = block("film", digest, "") + "\n" + block("json", OLD, "") + "\n" + block("model", "", "")
    root = checkout(tmp_path, text)
    assert bundled_digest(root) == digest
    assert [line.split(": run")[0] for line in stale(root)] == [
        f"README.md: json was made from {OLD[:12]}",
        "README.md: model was made from nothing yet",
    ]


def test_the_digest_is_the_graph_s_not_the_file_s(tmp_path: Path) -> None:
    root = checkout(tmp_path, block("film", sha256(b"graph"), ""))
    (root / BUNDLED).write_bytes(append(b"graph", {"labels.txt": b"normal\ncovid\n"}))
    assert stale(root) == []
    (root / BUNDLED).write_bytes(append(b"grapH", {}))
    assert len(stale(root)) == 1


def test_a_record_of_another_model_is_named_with_what_makes_it_anew(tmp_path: Path) -> None:
    root = checkout(tmp_path, block("film", sha256(b"graph"), ""))
    records = root / "benchmarks" / "records"
    records.mkdir(parents=True)
    for name, digest in (("qemu-pi3", OLD), ("qemu-pi4", sha256(b"graph")), ("a-board", OLD)):
        (records / f"{name}.json").write_text(f'{{"graph_sha256": "{digest}"}}', "utf-8")
    assert stale(root) == [
        "benchmarks/records/qemu-pi3.json is of another model: "
        "run python -m benchmarks counts --write"
    ]


def test_without_a_model_nothing_is_touched(tmp_path: Path) -> None:
    root = checkout(tmp_path, block("film", OLD, "kept\n"), graph=None)
    with pytest.raises(ModelError, match="no model is bundled"):
        refresh(root)
    assert "kept" in (root / "README.md").read_text("utf-8")


def test_documents_without_blocks_are_left_out(tmp_path: Path) -> None:
    root = checkout(tmp_path, "# nothing quoted\n")
    assert quoting_files(root) == []


def test_what_training_printed_comes_from_the_record() -> None:
    """The README's lines are those that the commands print, not a copy of them."""
    if bundled_digest() is None:  # in CI a skip is a failure
        pytest.skip(f"no model is bundled: {BUNDLED} is missing")
    record = json.loads((ROOT / BUNDLED).with_suffix(".json").read_text("utf-8"))
    readme = (ROOT / "README.md").read_text("utf-8")
    for one in record["evaluation"]:
        start = f"{one['network']:8} {one['split']:12} AUROC {one['auroc']['value']:.3f}"
        assert start in readme
    files = [report["file"] for report in record["parity"]]
    assert files == [one["file"] for one in record["export"]["files"]]
    assert "student-int8.tflite" in files and all(f"/{name}  graph" in readme for name in files)

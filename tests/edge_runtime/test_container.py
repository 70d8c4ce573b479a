"""A graph and the files behind it: together and apart again, whatever they hold."""

from __future__ import annotations

import io
import os
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime import container
from edge_runtime.errors import ModelError

NAMES = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=12)
FILES = st.dictionaries(NAMES, st.binary(max_size=200), max_size=4)


@given(st.binary(max_size=500), FILES.filter(bool))
def test_split_undoes_append(graph: bytes, files: dict[str, bytes]) -> None:
    assert container.split(container.append(graph, files)) == (graph, files)


@given(st.binary(max_size=100), FILES, FILES.filter(bool))
def test_a_graph_that_ends_in_an_archive_stays_whole(
    graph: bytes, inner: dict[str, bytes], outer: dict[str, bytes]
) -> None:
    both = container.append(container.append(graph, inner), outer)
    assert container.split(both) == (container.append(graph, inner), outer)


@given(st.binary(max_size=100), FILES)
def test_same_content_same_bytes(graph: bytes, files: dict[str, bytes]) -> None:
    other_order = dict(reversed(files.items()))
    assert container.append(graph, files) == container.append(graph, other_order)


def test_other_zip_readers_read_it() -> None:
    data = container.append(b"graph", {"labels.txt": b"normal\ncovid\n"})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        (entry,) = archive.infolist()
    assert entry.date_time == (1980, 1, 1, 0, 0, 0)
    assert entry.compress_type == zipfile.ZIP_STORED


def test_any_flipped_bit_is_damage_or_harmless() -> None:
    """No other exception, and never another content under the same name."""
    graph, files = b"\x1c\0\0\0TFL3 graph", {"a.json": b'{"a": 1}', "b.txt": b"two"}
    data = container.append(graph, files)
    refused = 0
    for place in range(len(graph), len(data)):
        for bit in range(8):
            damaged = bytearray(data)
            damaged[place] ^= 1 << bit
            try:
                _, found = container.split(bytes(damaged))
            except ModelError:
                refused += 1
            else:
                assert found in (files, {})  # none: what ends an archive is not there
    assert refused > 8 * len(files["a.json"] + files["b.txt"])


@given(st.binary(max_size=300))
def test_any_bytes_are_split_or_refused(data: bytes) -> None:
    try:
        graph, _ = container.split(data)
    except ModelError:
        return
    assert data.startswith(graph)


def test_archive_without_an_end_is_no_archive() -> None:
    data = container.append(b"graph", {"a": b"1"})
    assert container.split(data[:-22]) == (data[:-22], {})
    assert container.append(b"graph", {}) == b"graph"


def test_damage_is_told_in_one_line() -> None:
    data = bytearray(container.append(b"graph", {"a": b"12345"}))
    data[data.index(b"12345")] ^= 1
    with pytest.raises(ModelError, match="^the files inside the model are damaged .*get it again$"):
        container.split(bytes(data))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in "ab":
            archive.writestr(name, bytes(container.MOST_BYTES // 2 + 1))
    assert len(stream.getvalue()) < 1 << 17
    with pytest.raises(ModelError, match="claim to be huge"):
        container.split(b"graph" + stream.getvalue())


@given(st.binary(max_size=60), FILES.filter(bool), st.data())
def test_our_own_reader_says_what_zipfile_says(
    graph: bytes, files: dict[str, bytes], drawn: st.DataObject
) -> None:
    """Where it says anything: of what it passes on, `zipfile` is the judge."""
    data = container.append(graph, files)
    assert container._as_appended(data, data.rfind(container.END)) == (len(graph), files)
    damaged = bytearray(data)
    for _ in range(drawn.draw(st.integers(1, 3))):
        damaged[drawn.draw(st.integers(len(graph), len(data) - 1))] = drawn.draw(
            st.integers(0, 255)
        )
    end = damaged.rfind(container.END)
    if end >= 0:
        found = container._as_appended(bytes(damaged), end)
        if found is not None:
            graph_length, inside = found
            expected = bytes(damaged[:graph_length]), inside
            assert expected == container._unzipped(bytes(damaged), end)


def test_an_archive_by_another_hand_is_read_too() -> None:
    """Packed, or with remarks: `zipfile` reads what ours passes on."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"1" * 500)
        archive.comment = b"by hand"
    data = b"graph" + stream.getvalue()
    assert container._as_appended(data, data.rfind(container.END)) is None
    assert container.split(data) == (b"graph", {"a": b"1" * 500})


@given(st.binary(max_size=400), FILES, st.integers(1, 300), st.integers(0, 40))
def test_a_file_is_read_as_its_bytes_are_split(
    graph: bytes, files: dict[str, bytes], tail: int, cut: int
) -> None:
    """However little of the archive the tail holds, and where the file was cut."""
    data = container.append(graph, files)
    data = data[: len(data) - cut]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(container, "TAIL", tail)
        try:
            expected = container.split(data)
        except ModelError:
            with pytest.raises(ModelError):
                container.read(io.BytesIO(data))
            return
        stream = io.BytesIO(data)
        stream.seek(len(data) // 2)
        assert container.read(stream) == expected


def test_a_pipe_is_read_too() -> None:
    data = container.append(b"graph", {"a": b"1"})
    reader, writer = os.pipe()
    with open(writer, "wb") as stream:
        stream.write(data)
    with open(reader, "rb") as stream:
        assert container.read(stream) == (b"graph", {"a": b"1"})

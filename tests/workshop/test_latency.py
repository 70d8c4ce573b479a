"""Records read and summed up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.benchmark_record import Memory
from edge_runtime.errors import DataError
from tests.workshop.fake_run import benchmark
from workshop.latency import latency_rows, machine_line, read_records, sections


@given(st.lists(st.floats(0.01, 1e4), min_size=1, max_size=9))
def test_a_row_is_the_median_over_processes(times: list[float]) -> None:
    (row,) = latency_rows([benchmark(p50_ms=ms, min_ms=ms, hwm_kib=2048) for ms in times])
    assert row.p50_ms is not None and row.p50_low_ms is not None and row.p50_high_ms is not None
    assert row.p50_low_ms == min(times) == row.min_ms
    assert row.p50_low_ms <= row.p50_ms <= row.p50_high_ms == max(times)
    assert (row.processes, row.samples, row.peak_mib) == (len(times), 50 * len(times), 2.0)


def test_graph_machine_and_threads_keep_rows_apart() -> None:
    one = benchmark()
    records = [
        one,
        benchmark("float32"),
        replace(one, runtime={**one.runtime, "threads": 2}),
        replace(one, machine={**one.machine, "cpu": "Another"}),
        replace(one, model={**one.model, "graph_sha256": "0" * 64}),
        replace(one, flags=("busy",)),
    ]
    rows = latency_rows(records)
    assert sorted(row.processes for row in rows) == [1, 1, 1, 1, 2]
    assert [row.flags for row in rows if row.processes == 2] == [("busy",)]
    assert [len(part) for part in sections(rows).values()] == [4, 1]


def test_an_emulated_row_has_no_time_but_a_whole_machine_s_memory() -> None:
    (row,) = latency_rows([benchmark(emulated=True, target="qemu")])
    times = (row.load_ms, row.first_ms, row.p50_ms, row.p50_low_ms, row.p90_ms, row.min_ms)
    assert set(times) == {None} and row.peak_mib is None and row.emulated
    whole = benchmark(emulated=True, target="qemu", memory=Memory(1024, 2048))
    assert latency_rows([whole])[0].peak_mib == 2.0
    assert "EMULATED" in row.machine and row.machine.startswith("qemu: ")


def test_memory_may_be_not_measured() -> None:
    assert latency_rows([benchmark(hwm_kib=None)])[0].peak_mib is None
    both = [benchmark(hwm_kib=None), benchmark(hwm_kib=1024)]
    assert latency_rows(both)[0].peak_mib == 1.0


def test_a_board_is_named_before_its_processor() -> None:
    one = benchmark()
    assert machine_line(replace(one, machine={**one.machine, "board": "A board"})).startswith("A b")
    assert machine_line(replace(one, machine={})).startswith("unknown CPU")


def test_files_and_folders_are_read_in_order(tmp_path: Path) -> None:
    records = [benchmark(seed=seed) for seed in range(4)]
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "b.json").write_text(records[2].to_json())
    (tmp_path / "set" / "a.json").write_text(records[1].to_json() + "\n")
    (tmp_path / "lines").write_text(f"{records[3].to_json()}\n\n{records[0].to_json()}\n")
    read = read_records([tmp_path / "set", tmp_path / "lines"])
    assert read == [records[1], records[2], records[3], records[0]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"nonsense", "line 1 is not as expected"),
        (b'{"schema": 1}', "line 1 is not as expected"),
        (b'{"schema": 2}', "line 1 is not as expected"),
        (b"[]", "line 1 is not as expected"),
        (b"\xff\xfe", "it is not text"),
        (benchmark(steady_ms=()).to_json().encode(), "without a sample"),
        (benchmark(schema=9).to_json().encode(), "schema 9 is unknown"),
        (benchmark().to_json().replace('"p50_ms": ', '"p50_ms": "x').encode(), "line 1"),
    ],
)
def test_what_is_no_record_is_one_line(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=said) as caught:
        read_records([path])
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_nothing_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no record"):
        read_records([tmp_path])
    with pytest.raises(DataError, match="No such file"):
        read_records([tmp_path / "none.json"])

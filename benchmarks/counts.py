"""Instructions of the bundled model on emulated boards, held to the committed records.

A guard against what makes the network do more: a converter, an operator, a library. No latency:
a board does not take the same time for each instruction.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.boards.cache import ROOT
from benchmarks.targets import target
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import DataError, GateError, UsageError
from edge_runtime.model import BUNDLED, model_path
from workshop.latency import read_records
from workshop.runs import write_atomic

__all__ = ["BOARDS", "RECORDS", "TOLERANCE", "check", "check_all", "committed", "renew"]

BOARDS = ("pi3", "pi4", "pi5", "android-arm64")
RECORDS = ROOT / "benchmarks" / "records"
TOLERANCE = 0.005  # as a share; two runs differ by nothing
RENEW = "renew the records with `python -m benchmarks counts --write`"


def committed(board: str) -> Path:
    """Where the record of a board is."""
    return RECORDS / f"qemu-{board}.json"


def check(record: BenchmarkRecord, fresh: BenchmarkRecord) -> float:
    """By what share of the record's count the fresh one is off.

    Raises `UsageError` where the two cannot be compared, for what a count depends on is not the
    same, or where the record is of another model; `GateError` where the count is off by more
    than TOLERANCE, or an output of the golden inputs is.
    """
    for name, then in _pins(record).items():
        now = _pins(fresh).get(name)
        if then != now:
            raise UsageError(
                f"{record.target}: counted with {name} {then}, and now with {now}: instructions "
                f"do not compare; use {then}, or {RENEW}"
            )
    if not fresh.golden:
        raise GateError(f"{fresh.target}: the golden inputs do not give their outputs")
    if not record.instructions or not fresh.instructions:
        raise DataError(f"{record.target}: a record holds no instructions; {RENEW}")
    then, now = record.instructions["invoke"], fresh.instructions["invoke"]
    off = now / then - 1
    if abs(off) > TOLERANCE:
        raise GateError(
            f"{record.target}: an invoke takes {now:,} instructions, {off:+.2%} against the "
            f"{then:,} of the record ({TOLERANCE:.1%} allowed); if that is meant, {RENEW}"
        )
    if record.model["graph_sha256"] != fresh.model["graph_sha256"]:
        raise UsageError(f"{record.target}: the record is of another model; {RENEW}")
    return off


def check_all() -> Iterator[tuple[BenchmarkRecord, float]]:
    """The fresh record of every board, and by what share it is off; raises as `check`."""
    for board in BOARDS:
        (record,) = read_records([committed(board)])
        fresh = count(board)
        yield fresh, check(record, fresh)


def renew() -> Iterator[BenchmarkRecord]:
    """Count anew and write the records, and that of the whole machine's memory."""
    for board in (*BOARDS, "virt"):
        fresh = count(board)
        RECORDS.mkdir(parents=True, exist_ok=True)
        write_atomic(committed(board), fresh.to_json() + "\n")
        yield fresh


def count(board: str, model: str = BUNDLED) -> BenchmarkRecord:
    """One record of a board; raises `EdgeError`."""
    return target(f"qemu:{board}").probe(str(model_path(model).resolve()), 1, 1)


def _pins(record: BenchmarkRecord) -> dict[str, Any]:
    return {**record.machine.get("pins", {}), "threads": record.runtime.get("threads")}

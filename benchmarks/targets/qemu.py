"""`qemu:BOARD`: an emulated board. The same answers, counted instructions; never a time.

`qemu:virt` is a whole emulated machine, of which memory can be told instead.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.boards.device import Device, device
from benchmarks.boards.identity import BOARDS
from benchmarks.boards.records import android_record, machine_record, python_record
from benchmarks.targets.local import Local
from benchmarks.targets.options import Options
from edge_runtime.benchmark_record import BenchmarkRecord
from edge_runtime.errors import UsageError

__all__ = ["Qemu"]

VIRT = "virt"
TAKE = {"android-arm64": android_record}


class Qemu(Local):
    """Boards by name, each made the first time that it is opened.

    It holds this machine's lock as `Local` does: a count bears company, but a time beside it
    would not. An interrupt reaches the guest itself.
    """

    def __init__(self, text: str, options: Options | None = None) -> None:
        super().__init__(options=options)
        self.name = text
        self._board = text.partition(":")[2]
        if self._board not in (*BOARDS, VIRT):
            known = ", ".join(f"qemu:{name}" for name in (*BOARDS, VIRT))
            raise UsageError(f"unknown target {text!r}: the emulated ones are {known}")
        self._device: Device | None = None

    def open(self) -> None:
        """Take the lock, and make the board where it is not in the cache; raises `EdgeError`."""
        super().open()
        if self._board != VIRT:
            self._device = device(self._board)

    def probe(self, model: str, runs: int, threads: int) -> BenchmarkRecord:
        """Golden inputs, and the instructions of one invoke; `runs` changes no count.

        Raises `UsageError` for more than one thread, whose instructions no two runs share alike,
        and else an `EdgeError` with the guest's own words.
        """
        del runs
        if self._board == VIRT:
            return replace(machine_record(Path(model), threads), target=self.name)
        if threads != 1:
            raise UsageError(f"{self.name} counts instructions of one thread, not of {threads}")
        board = self._device or device(self._board)
        take = TAKE.get(self._board, python_record)
        return replace(take(board, Path(model)), target=self.name)

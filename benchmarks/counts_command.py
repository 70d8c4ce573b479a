"""`python -m benchmarks counts`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

__all__ = ["counts"]


def counts(
    write: Annotated[bool, typer.Option("--write", help="Renew the records instead.")] = False,
) -> None:
    """Count an invoke of the bundled model on emulated boards; compare with committed records.

    Fails where a count is off by more than 0.5 %, or was made with other versions. A count is
    no latency.
    """
    from benchmarks.counts import check_all, renew

    pairs = ((one, None) for one in renew()) if write else check_all()
    for record, off in pairs:
        told = "written" if off is None else f"{off:+.4%}"
        if record.instructions is not None:
            what = f"{record.instructions['invoke']:>13,} instructions"
        else:
            what = f"{record.memory.hwm_kib if record.memory else None:>13,} KiB at the peak"
        sys.stdout.write(f"{record.target:20} {what}  {told}\n")
        sys.stdout.flush()

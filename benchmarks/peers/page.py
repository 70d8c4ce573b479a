"""A comparison of runtimes as Markdown, made from its record alone."""

from __future__ import annotations

from statistics import median

from benchmarks.cold import ratio_interval
from benchmarks.peers.record import OURS, Peers, Row
from workshop.markdown import table

__all__ = ["peers_page"]

TEXT = """\
# The same student in other runtimes

{name} {version}. Made by `python -m benchmarks peers`, not to be edited; the figures of every
round are in [peers.json](peers.json). Research and demonstration only, not a medical device; no
time here is a board's.

- Machine: {machine}
- {started}{flags}

Every runtime has a Python environment of its own and gets the same pixels. First each answers the
{golden} golden inputs of the model, and what it says is compared. Then {rounds} rounds, each of
them every row once in fresh processes, in an order that is drawn (seed {seed}): one warm process
(up to 50 runs after its warm-up) and, with one thread, one cold.

- **p50, p90**: milliseconds from the input that a runtime takes to its outputs, medians over the
  rounds. Ours starts from gray pixels and checks its outputs; the others get their array made.
- **ratio**: p50 over that of {ours} with the same precision and number of threads, with a 95 %
  bootstrap interval over the rounds. Above 1 is slower than {ours}.
- **peak**: the largest resident memory of the warm process (VmHWM), in MiB, Python included.
- **cold**: a whole process from its start to its end, in milliseconds: Python, import, load, one
  answer. The end is cut short for all alike. Ours checks contract, digest and a golden input in it.
- **golden**: the largest difference in probability from what the file must give, and whether the
  outputs are within the file's own tolerance for such an interpreter.
"""
HEAD = ("runtime", "threads", "p50", "p90", "ratio", "peak", "cold", "MB", "golden")
BUSY = ". **Busy: something else ran on the machine meanwhile, so the times are too long.**"


def peers_page(peers: Peers) -> str:
    """The page `peers.md`; "not measured" stands with its reason where a figure is missing."""
    machine = peers.machine
    where = ", ".join(
        str(part)
        for part in (
            machine.get("cpu"), f"{machine.get('cores')} cores", machine.get("machine"),
            machine.get("system"), f"Python {machine.get('python')}",
        )
        if part
    )  # fmt: skip
    text = TEXT.format(
        name=peers.model["name"], version=peers.model["version"], machine=where,
        started=f"{peers.started[:16].replace('T', ' ')} UTC",
        flags=BUSY if "busy" in peers.flags else "", golden=peers.golden_inputs,
        rounds=peers.rounds, seed=peers.seed, ours=OURS,
    )  # fmt: skip
    parts = [text]
    for precision in dict.fromkeys(row.precision for row in peers.rows):
        rows = [row for row in peers.rows if row.precision == precision]
        graph = peers.graphs.get(precision)
        parts.append(f"## {precision}" + (f", graph `{graph[:16]}`" if graph else ""))
        parts.append(_figures(rows) + "\n\n" + _missing(rows))
    parts.append("## How each was set\n" + _settings(peers.rows))
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _figures(rows: list[Row]) -> str:
    ours = {row.threads: row for row in rows if row.peer == OURS}
    lines = [
        (
            row.peer,
            str(row.threads),
            f"{median(row.p50_ms):.2f}",
            f"{median(row.p90_ms):.2f}",
            _ratio(row, ours[row.threads]),
            f"{max(row.peak_kib) / 1024:.1f}",
            f"{median(row.cold_ms):.0f}" if row.cold_ms else "",
            f"{row.file_bytes / 1e6:.2f}",
            _golden(row),
        )
        for row in sorted(rows, key=lambda row: row.threads)
        if row.missing is None
    ]
    return table(HEAD, lines) if lines else "Nothing was measured."


def _ratio(row: Row, ours: Row) -> str:
    if row is ours:
        return "1"
    ratio, low, high = ratio_interval(list(row.p50_ms), list(ours.p50_ms))
    return f"{ratio:.2f} ({low:.2f}–{high:.2f})"


def _golden(row: Row) -> str:
    said = f"{row.differences['probabilities']:.2g}"
    if row.other_answers:
        return f"{said}, {row.other_answers} answered otherwise"
    return said if row.golden else f"{said}, beyond its tolerance"


def _missing(rows: list[Row]) -> str:
    return "\n".join(
        f"- {row.peer}, {row.threads} threads: not measured ({row.missing})"
        if row.version
        else f"- {row.peer}: not measured ({row.missing})"
        for row in rows
        if row.missing is not None
    )


def _settings(rows: tuple[Row, ...]) -> str:
    seen: dict[tuple[str, ...], None] = {}
    for row in rows:
        if row.missing is None:
            differences = ", ".join(f"{name} {off:.2g}" for name, off in row.differences.items())
            seen[row.peer, row.version, row.precision, row.file, row.setting, differences] = None
    head = ("runtime", "version", "precision", "file", "set", "off by, of the golden inputs")
    return table(head, [*seen])

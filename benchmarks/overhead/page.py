"""What the runtime adds, as Markdown, made from its record alone."""

from __future__ import annotations

from statistics import median

from benchmarks.cold import ratio_interval
from benchmarks.overhead.record import Archive, Beside, Overhead
from workshop.markdown import table

__all__ = ["overhead_page"]

MOST_RATIO, LEAST_GAIN, MOST_GROWTH, MOST_BYTES = 1.05, 1.8, 1024, 5_000_000

TEXT = """\
# What the runtime adds to the network

{name} {version}, {precision}, {runtime}. Made by `python -m benchmarks overhead`, not to be
edited; the samples are in [runtime.json](runtime.json). Research and demonstration only, not a
medical device; no time here is a board's.

- Machine: {machine}
- {started}{flags}

## Beside the bare call
The library's own call that runs the network on a filled buffer, and ours, in one process and in
turns ({samples} of each): `Model.run` from the model's S x S grays to checked outputs;
`Model.predict` from a decoded picture of that size to a prediction, with the rules that tell a film
from what is none. Ratio of medians with a 95 % bootstrap interval; target at most {most_ratio}.

{beside}

## An archive on two processes
A folder of {films} phantoms, medians over {rounds} rounds in turns. Below it what two processes can
gain on this machine at all: two commands that know nothing of each other, each with half of the
films, and a loop that touches no memory, twice one after the other against twice at once.

{archive}

{bound}

## Many films in one process
Resident memory in MiB; target: growth below {most_growth} KiB.

{growth}

## Installed size
Without Pillow and the interpreter: {size_all:.2f} MB (model {size_model:.2f}, the rest of the wheel
{size_code:.2f}, bytecode {size_bytecode:.2f}); target at most {most_size:g} MB: {size_verdict}.
"""
BUSY = ". **Busy: something else ran on the machine meanwhile, so the times are too long.**"


def overhead_page(found: Overhead) -> str:
    """The page `runtime.md`."""
    one, many, size = found.machine, found.archive, found.size
    where = ", ".join(
        str(part)
        for part in (
            one.get("cpu"), f"{one.get('cores')} cores", one.get("machine"), one.get("system"),
            f"Python {one.get('python')}",
        )
        if part
    )  # fmt: skip
    return TEXT.format(
        name=found.model["name"], version=found.model["version"],
        precision=found.model["precision"],
        runtime=f"{found.runtime['name']} {found.runtime['version']}", machine=where,
        started=f"{found.started[:16].replace('T', ' ')} UTC",
        flags=BUSY if "busy" in found.flags else "", samples=len(found.beside[0].bare_ms),
        most_ratio=MOST_RATIO, beside=_beside(found.beside), films=many.films,
        rounds=len(many.one_s), archive=_archive(many), bound=_bound(many),
        most_growth=MOST_GROWTH, growth=_growth(found), size_all=size.all / 1e6,
        size_model=size.model / 1e6, size_code=size.code / 1e6, size_bytecode=size.bytecode / 1e6,
        most_size=MOST_BYTES / 1e6, size_verdict=_verdict(size.all <= MOST_BYTES),
    )  # fmt: skip


def _verdict(met: bool) -> str:
    return "met" if met else "**missed**"


def _held(interval: tuple[float, float], limit: float, *, most: bool) -> str:
    """Of a figure with an interval: what holds the limit itself tells nothing."""
    low, high = interval
    if low < limit < high:
        return "cannot tell"
    return _verdict(high <= limit if most else low >= limit)


def _beside(rows: tuple[Beside, ...]) -> str:
    lines = []
    for row in rows:
        bare = list(row.bare_ms)
        lines.append((str(row.threads), "the library's call", f"{median(bare):.3f}", "1", ""))
        for name, times in (("Model.run", row.run_ms), ("Model.predict", row.predict_ms)):
            ratio, low, high = ratio_interval(list(times), bare)
            lines.append((
                str(row.threads), f"`{name}`", f"{median(times):.3f}",
                f"{ratio:.3f} ({low:.3f}–{high:.3f})", _held((low, high), MOST_RATIO, most=True),
            ))  # fmt: skip
    return table(("threads", "what", "ms", "ratio", "target"), lines) + _steps(rows[0])


def _steps(row: Beside) -> str:
    """Where the time of `predict` goes, by its own clock."""
    if not row.steps_ms:
        return ""
    words = {"decode": "gray and upright", "resize": "resize", "invoke": "`Model.run`"}
    parts = [f"{words[step]} {row.steps_ms[step]:.3f}" for step in words]
    rest = row.steps_ms["total"] - sum(row.steps_ms[step] for step in words)
    return (
        "\n\nOf `Model.predict` with one thread, in milliseconds: "
        + ", ".join(parts)
        + f",\nthe rules on pixels and the record {rest:.3f}."
    )


def _archive(many: Archive) -> str:
    gain, low, high = _gained(many)
    lines = [
        ("`edge-infer`", f"{median(many.one_s):.2f}", "1", ""),
        ("`edge-infer --workers 2`", f"{median(many.two_s):.2f}",
         f"{gain:.2f} ({low:.2f}–{high:.2f})",
         f"{LEAST_GAIN}: {_held((low, high), LEAST_GAIN, most=False)}"),
        ("two commands, half each", f"{median(many.halves_s):.2f}", f"{many.gain('halves'):.2f}",
         ""),
        ("two loops at once", f"{median(many.loop_two_s):.2f}", f"{many.gain('loop'):.2f}", ""),
    ]  # fmt: skip
    return table(("what", "seconds", "times as fast", "target at least"), lines)


def _gained(many: Archive) -> tuple[float, float, float]:
    """Times as fast with two workers, and a 95 % bootstrap interval over the rounds."""
    return ratio_interval(list(many.one_s), list(many.two_s))


def _bound(many: Archive) -> str:
    gain, halves, loop = (many.gain(name) for name in ("two", "halves", "loop"))
    _, low, high = _gained(many)
    if low < LEAST_GAIN < high:
        return f"These rounds cannot tell whether the target of {LEAST_GAIN} is met."
    if gain >= LEAST_GAIN:
        return "The target is met."
    if loop < LEAST_GAIN:
        return (
            f"This machine itself does not run two processes {LEAST_GAIN} times as fast as one:\n"
            f"of what it gives a loop ({loop:.2f}), the archive reaches {gain / loop:.0%}."
        )
    where = "two such processes share (memory, caches)" if gain >= 0.97 * halves else "the pool"
    return (
        f"Two loops gain {loop:.2f}, two commands {halves:.2f}: what is missing is lost in {where}."
    )


def _growth(found: Overhead) -> str:
    lines = [
        (
            f"`{one.how}`",
            f"{one.early_rss / 1024:.2f}, {one.early_peak / 1024:.2f}",
            f"{one.late_rss / 1024:.2f}, {one.late_peak / 1024:.2f}",
            f"{one.late_films:,}",
            f"{one.kib} KiB",
            _verdict(one.kib < MOST_GROWTH),
        )
        for one in found.growth
    ]
    early = f"after {found.growth[0].early_films:,}: now, peak"
    return table(("what", early, "at the end: now, peak", "films", "growth", "target"), lines)

"""Regenerates what the documents quote from the bundled model, and lists what is stale.

A quotation stands between two marks, and the first says which model it was made from:

    <!-- refresh:NAME GRAPH_SHA256 -->
    ...
    <!-- /refresh:NAME -->

`python -m workshop.refresh` runs the commands of every block anew, really, and replaces it.
What took hours (training, export) is printed from the record that lies beside the model, by
the functions that printed it then. What depends on the machine (times) is not compared; the
digest is.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from edge_runtime.container import sha256, split
from edge_runtime.contract import Contract
from edge_runtime.errors import DataError, EdgeError, ModelError
from workshop.records import EvaluationReport, ParityReport
from workshop.records_io import parse
from workshop.runs import write_atomic
from workshop.sessions import SESSIONS, console, draw, session
from workshop.summary import evaluation_lines, parity_lines

__all__ = [
    "BUNDLED",
    "ROOT",
    "bundled_digest",
    "main",
    "quotations",
    "quoting_files",
    "refresh",
    "replace",
    "stale",
]

BUNDLED = Path("edge_runtime/models/cxr-mobilenetv2-int8.tflite")
ROOT = Path(__file__).resolve().parent.parent

KNOWN = ("model", "training", "export")
# What takes minutes, or a quiet machine: each holds its model's digest, and is made by hand.
MEASURED = {
    "benchmarks/records/qemu-*.json": "python -m benchmarks counts --write",
    "docs/android/model.txt": "android_demo/build refresh",
    "docs/evidence/peers.json": (
        "python -m benchmarks peers --export RUN/export --out docs/evidence"
    ),
    "docs/evidence/runtime.json": "python -m benchmarks overhead --out docs/evidence",
}

_BLOCK = re.compile(
    r"(?P<open><!-- refresh:(?P<name>[a-z-]+))(?: (?P<digest>[0-9a-f]{64}))? -->\n"
    r"(?P<body>.*?)(?P<close><!-- /refresh:(?P=name) -->)",
    re.DOTALL,
)


def bundled_digest(root: Path = ROOT) -> str | None:
    """`graph_sha256` of the bundled model, None where no model is bundled yet."""
    try:
        return sha256(split((root / BUNDLED).read_bytes())[0])
    except FileNotFoundError:
        return None


def quoting_files(root: Path = ROOT) -> list[Path]:
    """The documents that hold a block, in a fixed order."""
    documents = [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("edge_runtime/**/*.md")]
    return sorted(path for path in documents if "<!-- refresh:" in path.read_text("utf-8"))


def _blocks(text: str, where: str) -> Iterator[re.Match[str]]:
    found = list(_BLOCK.finditer(text))
    if len(found) != text.count("<!-- refresh:"):
        raise DataError(f"{where}: a refresh block is not closed by its own <!-- /refresh:NAME -->")
    return iter(found)


def stale(root: Path = ROOT) -> list[str]:
    """One line for each block or record that was not made from the bundled model."""
    digest = bundled_digest(root)
    known: dict[str, str] = {}
    lines = []
    for path in quoting_files(root):
        where = path.relative_to(root).as_posix()
        for block in _blocks(path.read_text("utf-8"), where):
            name = block["name"]
            if block["digest"] != digest:
                made = (block["digest"] or "nothing yet")[:12]
                lines.append(f"{where}: {name} was made from {made}: run scripts/refresh")
            elif name in KNOWN:
                known = known or _known(root)
                if block["body"] == known[name]:
                    continue
                lines.append(f"{where}: {name} is not what the files say: run scripts/refresh")
    return lines + [
        f"{path.relative_to(root).as_posix()} is of another model: run {command}"
        for pattern, command in MEASURED.items()
        for path in sorted(root.glob(pattern))
        if str(digest) not in path.read_text("utf-8")
    ]


def quotations(root: Path = ROOT) -> list[tuple[str, str, str]]:
    """Every block of every document: the document, the block's name, and what stands in it."""
    return [
        (path.relative_to(root).as_posix(), block["name"], block["body"])
        for path in quoting_files(root)
        for block in _blocks(path.read_text("utf-8"), path.name)
    ]


def _known(root: Path) -> dict[str, str]:
    """The blocks that need no command; they are compared word by word."""
    return {"model": _model_table(root), **_printed_then(root)}


def replace(text: str, digest: str, bodies: Mapping[str, str], where: str = "text") -> str:
    """The text with each block's body replaced; raises `DataError` for a name without one."""
    for block in _blocks(text, where):
        if block["name"] not in bodies:
            known = ", ".join(sorted(bodies))
            raise DataError(f"{where}: no block is named {block['name']!r}; there are {known}")
    return _BLOCK.sub(
        lambda block: f"{block['open']} {digest} -->\n{bodies[block['name']]}{block['close']}", text
    )


def _model_table(root: Path) -> str:
    """The bundled model, from its own contract."""
    data = (root / BUNDLED).read_bytes()
    contract = Contract.from_json(split(data)[1]["contract.json"])
    rows = {
        "file": f"`{BUNDLED.as_posix()}`, {len(data):,} bytes",
        "name and version": f"{contract.name} {contract.version}, {contract.precision}",
        "input": f"{contract.input_size} × {contract.input_size}, {contract.input_dtype}",
        "answers covid from": f"{contract.threshold:.3f}",
        "borderline within": f"± {contract.borderline_width:.3f}",
        "`graph_sha256`": f"`{contract.graph_sha256}`",
    }
    return "| | |\n|---|---|\n" + "".join(f"| {key} | {value} |\n" for key, value in rows.items())


def _printed_then(root: Path) -> dict[str, str]:
    """What training and export printed of the bundled model, from its record."""
    record = root / BUNDLED.with_suffix(".json")
    try:
        parts = json.loads(record.read_text("utf-8"))
        evaluation = parse(json.dumps(parts["evaluation"]), list[EvaluationReport], record.name)
        parity = parse(json.dumps(parts["parity"]), list[ParityReport], record.name)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{record} cannot be read: bundle the model again") from error
    run = Path("runs/release-0.4")
    sessions = {
        "training": (f"python -m training run presets/release-0.4.toml --data FILMS --out {run}",
                     evaluation_lines(evaluation, run)),
        "export": (f"python -m export run {run} --data FILMS", parity_lines(parity, run)),
    }  # fmt: skip
    return {name: console([f"$ {command}", *lines]) for name, (command, lines) in sessions.items()}


def refresh(root: Path = ROOT) -> list[Path]:
    """Regenerate every block of every document; the files that changed.

    Raises `ModelError` where no model is bundled, `GateError` where a quoted command fails.
    """
    digest = bundled_digest(root)
    if digest is None:
        raise ModelError(f"no model is bundled: {BUNDLED.as_posix()} is missing")
    texts = {path: path.read_text("utf-8") for path in quoting_files(root)}
    wanted = {block["name"] for p, t in texts.items() for block in _blocks(t, p.name)}
    bodies = _known(root)
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder))
        for name in SESSIONS:
            if name in wanted:
                bodies[name] = session(name, Path(folder), root / BUNDLED)
    changed = []
    for path, text in texts.items():
        fresh = replace(text, digest, bodies, path.name)
        if fresh != text:
            write_atomic(path, fresh)
            changed.append(path)
    return changed


def main() -> int:
    """Refresh the documents; prints the changed files as JSON, and says what is left to do."""
    try:
        changed = refresh()
    except EdgeError as error:
        print(f"refresh: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps([path.relative_to(ROOT).as_posix() for path in changed]))
    for line in stale():
        print(f"refresh: {line}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())

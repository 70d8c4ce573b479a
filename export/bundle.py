"""The int8 file of a run becomes the bundled model, in every place that takes it from here."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import edge_runtime
from edge_runtime import container
from edge_runtime.errors import EdgeError, GateError, InterpreterError, ModelError, RunError
from edge_runtime.model import BUNDLED
from export.evidence import evidence
from export.record import ExportRecord
from export.run import INT8
from export.verify import verify
from workshop.records import ParityReport
from workshop.records_io import load
from workshop.refresh import refresh
from workshop.runs import existing_run, storage_error

__all__ = ["CARD", "MODEL", "PLACES", "RECORD", "bundle", "differing", "refresh_documents"]

MODEL, RECORD, CARD = f"{BUNDLED}.tflite", f"{BUNDLED}.json", "MODEL_CARD.md"
# Who takes the bundled model from which folder. The first is the one that the others equal.
PLACES: dict[str, Path] = {
    "runtime": Path(edge_runtime.__file__).parent / "models",
}


def bundle(run: Path, *folders: Path) -> Path:
    """Put RUN/export's int8 file, its record and its card into every place.

    `folders` are those of `PLACES` where none is named; returns the model file of the first.
    Raises `GateError` for a file that missed its gate, is not the one that parity looked at, or
    does not verify, `RunError` for a run without exports. All files are replaced, or none.
    """
    source = existing_run(run) / "export"
    data = _passed(run, source)
    parity = load(source / "parity.json", list[ParityReport])
    evaluation, called = evidence(run)
    facts = {
        "schema": 1,
        "export": asdict(load(source / "export.json", ExportRecord)),
        "parity": [asdict(report) for report in parity],
        "evaluation": [asdict(report) for report in evaluation],
        "called_covid": [asdict(one) for one in called],
    }
    files = {
        CARD: container.split(data)[1][CARD],
        RECORD: (json.dumps(facts, indent=1) + "\n").encode(),
        MODEL: data,
    }
    places = folders or tuple(PLACES.values())
    _replace({folder / name: content for folder in places for name, content in files.items()})
    return places[0] / MODEL


def _passed(run: Path, source: Path) -> bytes:
    """The int8 file's bytes, after all that could speak against it."""
    again = f"run `python -m export run {run}` again"
    if not (source / "parity.json").is_file():
        raise RunError(f"{run} has no exported files; {again}")
    reports = load(source / "parity.json", list[ParityReport])
    report = next((one for one in reports if one.file == INT8), None)
    if report is not None and not report.passed:
        raise GateError(
            f"{run}: {INT8} missed its gate ({'; '.join(report.why) or 'no reason is recorded'}) "
            "and is not bundled"
        )
    path = source / INT8
    if report is None or not path.is_file():
        raise RunError(f"{run} has no {INT8} that was compared with its Keras model; {again}")
    try:
        verify(path)
        data = path.read_bytes()
    except InterpreterError:
        raise  # says nothing of the file
    except (ModelError, GateError) as error:
        raise GateError(f"{error}; it is not bundled") from error
    except OSError as error:
        raise storage_error(path, error) from error
    recorded = {
        (one.file_sha256, one.graph_sha256)
        for one in load(source / "export.json", ExportRecord).files
        if one.file == INT8
    }
    if recorded != {(container.sha256(data), report.graph_sha256)}:
        raise GateError(f"{path} is not the file of export.json and parity.json; {again}")
    return data


def _replace(files: Mapping[Path, bytes]) -> None:
    """Write all beside their places, then rename all; what was there comes back on a failure."""
    staged: dict[Path, Path] = {}
    before: dict[Path, bytes | None] = {}
    path = Path()
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
            staged[path] = Path(name)
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.chmod(name, 0o644)
        for path, written in staged.items():
            before[path] = path.read_bytes() if path.is_file() else None
            os.replace(written, path)
    except OSError as error:
        for changed, old in before.items():
            if old is None:
                changed.unlink(missing_ok=True)
            elif _bytes(changed) != old:
                changed.write_bytes(old)
        raise storage_error(path, error) from error
    finally:
        for written in staged.values():
            written.unlink(missing_ok=True)


def refresh_documents() -> list[Path]:
    """What `scripts/refresh` does, after bundling; the documents that changed.

    Raises the error of a quoted command that fails: the model is bundled then, and the
    documents still quote the one before.
    """
    try:
        return refresh()
    except EdgeError as error:
        raise type(error)(f"{error}; the model is bundled: run scripts/refresh") from error


def differing(places: Mapping[str, Path] = PLACES) -> list[str]:
    """One line for each file in a place that is missing, or is not what the first place has."""
    (first, folder), *_ = places.items()
    lines = []
    for name in (MODEL, RECORD, CARD):
        wanted = _bytes(folder / name)
        for place, other in places.items():
            found = _bytes(other / name)
            if found is None:
                lines.append(f"{place}: {name} is missing; run `python -m export bundle RUN`")
            elif found != wanted:
                lines.append(f"{place}: {name} is not that of {first}")
    data, record = _bytes(folder / MODEL), _bytes(folder / RECORD)
    if data is not None and record is not None:
        digests = [one["file_sha256"] for one in json.loads(record)["export"]["files"]]
        if container.sha256(data) not in digests:
            lines.append(f"{first}: {RECORD} is the record of another {MODEL}")
        try:
            card = container.split(data)[1].get(CARD)
        except ModelError as error:
            lines.append(f"{first}: {MODEL}: {error}")
        else:
            if card != _bytes(folder / CARD):
                lines.append(f"{first}: {CARD} is the card of another {MODEL}")
    return lines


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None

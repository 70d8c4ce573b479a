"""One export: a finished run -> files that carry their contract, passed by the gate."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from edge_runtime.container import append, sha256
from edge_runtime.contract import Contract
from edge_runtime.errors import GateError, ModelError
from edge_runtime.golden import Golden
from edge_runtime.interpreters import Interpreter, open_interpreter
from edge_runtime.model import Model
from export import convert, onnx_file, parity
from export.card import model_card
from export.golden import choose_pictures, golden_of
from export.graph import deployed
from export.package import contract_of, files_of
from export.representative import choose, decode, phantom_pixels, strange_pixels
from export.subject import subject_of
from workshop.records import ParityReport, StudentRecord
from workshop.records_io import as_json, load
from workshop.runs import existing_run, write_atomic

__all__ = ["FOLDER", "INT8", "export_run"]

FOLDER = "export"
FLOAT32, INT8, ONNX = "student-float32.tflite", "student-int8.tflite", "student-float32.onnx"
REPRESENTATIVE, PHANTOMS = 200, 40
PHANTOM_SEED = 30_000  # other phantoms than those of parity and of the novelty statistics


@dataclass
class _Job:
    """What all files of one export share, and what has been made so far."""

    record: StudentRecord
    subject: parity.Subject
    reference: parity.Outputs
    pictures: list[tuple[str, npt.NDArray[np.uint8]]]
    card: str
    gate: dict[str, float]
    grid: int
    contents: dict[str, bytes] = field(default_factory=dict)
    outputs: dict[str, parity.Outputs] = field(default_factory=dict)
    reports: list[ParityReport] = field(default_factory=list)

    def compare(
        self, file: str, precision: str, digest: str, model: Interpreter | onnx_file.OnnxSession
    ) -> ParityReport:
        """Run the parity of one file and keep its report."""
        found = parity.outputs_of(model, self.subject.pixels, file)
        report = parity.compare(
            file, precision, digest, self.subject, self.reference, found, self.gate
        )
        self.outputs[file] = found
        self.reports.append(report)
        return report

    def tflite(self, file: str, precision: str, graph: bytes) -> tuple[Contract, Golden]:
        """Digest, parity, contract, golden inputs and ZIP, in this order."""
        interpreter = open_interpreter(graph)
        report = self.compare(file, precision, sha256(graph), interpreter)
        contract = contract_of(
            self.record, precision, report.graph_sha256, interpreter, report.p99_dp, self.grid
        )
        golden = golden_of(contract, interpreter, self.pictures)
        self.contents[file] = append(graph, files_of(contract, golden, self.card))
        return contract, golden

    def onnx(self, graph: bytes, contract: Contract, golden: Golden, folder: str) -> None:
        """The float graph once more, as ONNX."""
        model = onnx_file.from_tflite(graph, contract.outputs, folder)
        digest = onnx_file.digest(model)
        session = onnx_file.OnnxSession(model.SerializeToString())
        report = self.compare(ONNX, "float32", digest, session)
        own = replace(contract, graph_sha256=digest, borderline_width=report.p99_dp)
        self.contents[ONNX] = onnx_file.with_metadata(model, files_of(own, golden, self.card))


def export_run(run: Path, data: Path) -> list[ParityReport]:
    """Convert, compare, package; `RUN/export` is replaced as a whole.

    Raises `GateError` where parity fails: the folder then holds the parity records and
    no model.
    """
    existing_run(run)
    record = load(run / "student.json", StudentRecord)
    _check_student(run, record)
    seed = int(record.preset.get("seed", 1))
    size = record.input_size
    student = convert.load_student(run / record.model_file)
    mean, components = _novelty(run / record.novelty_file)
    fixed = deployed(student, record.temperature, mean, components)
    chosen = choose(record.trained_on, REPRESENTATIVE, seed)
    representative = np.concatenate(
        [
            decode(data, chosen, size),
            phantom_pixels(PHANTOMS, seed + PHANTOM_SEED, size),
            strange_pixels(size),
        ]
    )
    job = _job(run, record, deployed(student, record.temperature, mean, components, batch=None),
               data, seed)  # fmt: skip
    with tempfile.TemporaryDirectory(prefix=".export-", dir=run) as name:
        graph = convert.float32(fixed)
        contract, golden = job.tflite(FLOAT32, "float32", graph)
        job.tflite(INT8, "int8", convert.int8(fixed, representative))
        job.onnx(graph, contract, golden, name)
        work = Path(name) / FOLDER
        _write(work, job, [film.path for film in chosen])
        _replace(work, run / FOLDER)
    failed = [f"{one.file}: {line}" for one in job.reports for line in one.why]
    if failed:
        raise GateError(f"parity failed ({'; '.join(failed)}); see {run / FOLDER / 'parity.json'}")
    return job.reports


def _job(run: Path, record: StudentRecord, model: keras.Model, data: Path, seed: int) -> _Job:
    subject = subject_of(record, data, seed)

    def scores(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        return parity.keras_outputs(model, pixels).score

    return _Job(
        record=record,
        subject=subject,
        reference=parity.keras_outputs(model, subject.pixels, title="parity: Keras"),
        pictures=choose_pictures(record.input_size, scores),
        card=model_card(run, record),
        gate=parity.gate_of(record.preset),
        grid=round(model.output["heatmap"].shape[1] ** 0.5),
    )


def _check_student(run: Path, record: StudentRecord) -> None:
    path = run / record.model_file
    if not path.is_file():
        raise ModelError(f"{path} is missing; go on with `training run ... --resume`")
    if sha256(path.read_bytes()) != record.model_sha256:
        raise ModelError(f"{path} is not the file of student.json; train again or restore it")


def _novelty(path: Path) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    try:
        with np.load(path) as arrays:
            return arrays["mean"].astype(np.float64), arrays["components"].astype(np.float64)
    except (OSError, KeyError, ValueError) as error:
        raise ModelError(f"{path} holds no novelty statistics ({error}); train again") from error


def _write(work: Path, job: _Job, chosen: list[str]) -> None:
    write_atomic(work / "parity.json", as_json(job.reports))
    films = parity.rows_csv(job.subject, job.reference, job.outputs)
    write_atomic(work / "parity-films.csv", films)
    write_atomic(work / "representative.txt", "\n".join(chosen) + "\n")
    if not all(one.passed for one in job.reports):
        return
    for file, content in job.contents.items():
        write_atomic(work / file, content)
    for file in (FLOAT32, INT8):
        for result in Model.open(work / file, check=False).self_test():
            if not result.passed:
                raise GateError(f"{file} does not give its own golden output {result.name!r}")


def _replace(work: Path, target: Path) -> None:
    """Swap folders; what was there goes only when the new one is whole."""
    old = target.with_name(f".{target.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    work.rename(target)
    shutil.rmtree(old, ignore_errors=True)

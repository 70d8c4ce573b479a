"""A run folder without the training: phantoms, and records that agree with each other."""

from __future__ import annotations

import csv
import json
import random
import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from edge_runtime.benchmark_record import BenchmarkRecord, Memory, Times
from workshop.evidence.statistics import auroc, sensitivity, specificity, wilson
from workshop.films import read_index
from workshop.parity_records import InterpreterParity, LayerError, LayerProfile
from workshop.phantoms import write_set
from workshop.records import (
    CalledCovid,
    EvaluationReport,
    Film,
    FilmPrediction,
    Flip,
    Interval,
    ParityReport,
    StudentRecord,
)
from workshop.records_io import save

__all__ = ["GRAPH", "benchmark", "save_predictions", "write_run"]

GRAPH = "ab" * 32
THRESHOLD = 0.502
NETWORKS = (("teacher", 0.33), ("student", 0.25), ("plain", 0.2))  # how far the classes lie apart


def write_run(run: Path, model: Path, films: int = 44, seed: int = 5) -> Path:
    """Write RUN and, beside it, RUN-films; `model` is copied as the int8 file."""
    data = run.with_name(f"{run.name}-films")
    write_set(data, films, seed)
    listed = read_index(data)
    run.mkdir(parents=True)
    preset = {
        "name": "fake",
        "note": "Figures made up for tests.",
        "split": {"folds": 4, "trained": 1},
    }
    made = {"git": "v0-test", "python": "3.11", "keras": "3"}
    facts: dict[str, Any] = {
        "schema": 1, "name": "fake", "preset": preset, "data": str(data), "seed": seed,
        "films": films, "roles": {"holdout": films - films // 2}, "made_by": made,
        "begun": "2026-01-02T03:04:05Z",
    }  # fmt: skip
    (run / "run.json").write_text(json.dumps(facts))
    predictions = _predictions(listed, films // 2, seed)
    save_predictions(run / "predictions.csv", predictions)
    save(run / "student.json", _student(listed, preset, made))
    reports = [
        _evaluation(network, split, predictions)
        for network, _ in NETWORKS
        for split in ("out_of_fold", "holdout")
    ]
    save(run / "evaluation.json", reports)
    normal = [p for p in _holdout(predictions) if p.label == "normal"]
    called = sum(one.score >= THRESHOLD for one in normal)
    share = wilson(called, len(normal))
    save(run / "called_covid.json", [CalledCovid("normal", "alder", len(normal), called, share)])
    _history(run / "history.csv")
    _export(run / "export", model, predictions)
    (run / "benchmarks").mkdir()
    for number, precision in enumerate(("int8", "float32", "int8")):
        record = benchmark(precision, seed=number)
        (run / "benchmarks" / f"{number}.json").write_text(record.to_json() + "\n")
    return run


def _predictions(films: list[Film], trained: int, seed: int) -> list[FilmPrediction]:
    """The first `trained` films out of fold in two folds, the rest as the holdout."""
    rng = random.Random(seed)
    made = []
    for network, apart in NETWORKS:
        for place, film in enumerate(films):
            score = 0.5 + (apart if film.label == "covid" else -apart) + rng.gauss(0, 0.2)
            score = min(max(score, 0.001), 0.999)
            role = "out_of_fold" if place < trained else "holdout"
            fold = "fold1" if place < trained // 2 else "fold0"
            made.append(
                FilmPrediction(
                    film.path, film.label, film.site, film.group, role, network, fold,
                    logit=8 * (score - 0.5), score=score,
                )
            )  # fmt: skip
    return made


def _holdout(predictions: list[FilmPrediction], network: str = "student") -> list[FilmPrediction]:
    return [one for one in predictions if (one.network, one.role) == (network, "holdout")]


def save_predictions(path: Path, predictions: list[FilmPrediction]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(asdict(predictions[0])))
        writer.writeheader()
        writer.writerows(asdict(one) for one in predictions)


def _evaluation(network: str, split: str, predictions: list[FilmPrediction]) -> EvaluationReport:
    part = [one for one in predictions if (one.network, one.role) == (network, split)]
    folds: dict[str, list[FilmPrediction]] = {}
    for one in part:
        folds.setdefault(one.fold, []).append(one)
    labels = [int(one.label == "covid") for one in part]
    scores = [one.score for one in part]
    called = [score >= THRESHOLD for score in scores]

    def around(value: float) -> Interval:
        return Interval(value, max(value - 0.05, 0.0), min(value + 0.05, 1.0))

    found = around(sensitivity(labels, called)), around(specificity(labels, called))
    return EvaluationReport(
        network, split, len(part), sum(labels), len({one.group for one in part}),
        around(auroc(labels, scores)), *found, around((found[0].value + found[1].value) / 2),
        THRESHOLD, caution="A caution of training.",
        by_fold={name: auroc([int(one.label == "covid") for one in films], [p.score for p in films])
                 for name, films in folds.items()},
    )  # fmt: skip


def _student(films: list[Film], preset: dict[str, Any], made: dict[str, str]) -> StudentRecord:
    network = {"settings": {"backbones": ["MobileNetV2:0.35"]}, "parameters": 421_234,
               "weights": {"MobileNetV2:0.35": "random"}}  # fmt: skip
    return StudentRecord(
        name="fake", version="0.0.1", model_file="student.keras", model_sha256="cd" * 32,
        input_size=64, temperature=1.2, threshold=THRESHOLD,
        never_seen=tuple(films[len(films) // 2 :]), trained_on=tuple(films[: len(films) // 2]),
        novelty_file="novelty.npz", novelty_threshold=0.6,
        novelty_films={"films": len(films) // 2, "phantoms": 9}, last_conv="features",
        data_fingerprint="ef" * 32, preset=preset, made_by=made,
        trained_networks={"teacher": network, "student": network},
    )  # fmt: skip


def _history(path: Path) -> None:
    lines = ["network,fold,epoch,loss,val_auroc,seconds"]
    for network, _ in NETWORKS:
        for epoch in range(1, 9):
            lines.append(f"{network},fold0,{epoch},{0.7 / epoch:.4f},{1 - 0.4 / epoch:.4f},3.1")
    path.write_text("\n".join(lines) + "\n")


def _export(folder: Path, model: Path, predictions: list[FilmPrediction]) -> None:
    folder.mkdir()
    shutil.copy(model, folder / "student-int8.tflite")
    part = _holdout(predictions)
    rng = random.Random(3)
    keras = [one.score for one in part]
    files = {
        "student-int8.tflite": [min(max(p + rng.gauss(0, 0.04), 0), 1) for p in keras],
        "student-float32.tflite": [p + 1e-6 for p in keras],
        "student-float32.onnx": [p - 1e-6 for p in keras],
    }
    reports, exported = [], []
    for file, scores in files.items():
        dp = sorted(abs(a - b) for a, b in zip(keras, scores, strict=True))
        flipped = [
            one.path
            for one, score in zip(part, scores, strict=True)
            if (one.score >= THRESHOLD) != (score >= THRESHOLD)
        ]
        precision = "int8" if "int8" in file else "float32"
        reports.append(
            ParityReport(
                file=file,
                precision=precision,
                graph_sha256=GRAPH if precision == "int8" else "98" * 32,
                films=len(part),
                phantoms=0,
                classes={"covid": 20, "normal": 20},
                mean_dp=sum(dp) / len(dp),
                p99_dp=dp[-1],
                max_dp=dp[-1],
                logit_shift=0.0,
                logit_spread=0.1,
                snr_db=21.5,
                flips=len(flipped),
                flipped=tuple(flipped),
                flip_share=wilson(len(flipped), len(part)),
                flip_list=tuple(
                    Flip(one.path, one.label, one.score, score, abs(one.score - THRESHOLD))
                    for one, score in zip(part, scores, strict=True)
                    if one.path in flipped
                ),
                heatmap_rank_correlation=0.97,
                heatmap_rank_median=0.98,
                heatmap_films=len(part),
                novelty_mean_difference=0.01,
                novelty_max_difference=0.03,
                roles={"holdout": len(part)},
                threshold=THRESHOLD,
                gate={"int8_mean_dp": 0.06, "int8_flip_share": 0.08},
                passed=True,
                goal_missed=("mean_dp 0.03 > 0.015",) if precision == "int8" else None,
                covid_maps=12,
                empty_maps=0,
                worst=_worst(part, keras, scores),
            )
        )
        exported.append({"file": file, "bytes": 2_799_432, "file_sha256": "77" * 32})
    save(folder / "parity.json", reports)
    save(folder / "interpreters.json", _interpreters())
    save(folder / "profile.json", [_profile()])
    (folder / "export.json").write_text(json.dumps({"threshold": THRESHOLD, "files": exported}))
    rows = zip(*([one.path for one in part], keras, *files.values()), strict=True)
    head = ",".join(("path", "keras", *files))
    body = [",".join(str(cell) for cell in row) for row in rows]
    (folder / "parity-films.csv").write_text("\n".join([head, *body]) + "\n")


def _interpreters() -> list[InterpreterParity]:
    shared: dict[str, Any] = {
        "file": "student-int8.tflite", "precision": "int8", "graph_sha256": GRAPH,
        "reference": "litert xnnpack", "films": 20, "phantoms": 4, "threshold": THRESHOLD,
    }  # fmt: skip
    return [
        InterpreterParity(
            **shared, interpreter="tflite-runtime", version="2.14.0", mean_dp=0.0123, max_dp=0.0456,
            flips=1, flipped=("a",), heatmap_difference=0.25, novelty_difference=0.01,
        ),
        InterpreterParity(**shared, interpreter="openvino", version="", missing="not at hand"),
    ]  # fmt: skip


def _profile() -> LayerProfile:
    layers = tuple(
        LayerError(i, kind, f"net/layer{i}/{kind}", (1, 4, 4, 8), 8, 40.0 - 9 * i, 30.0 - 9 * i,
                   -0.01 * i, i)
        for i, kind in enumerate(("CONV_2D", "DEPTHWISE_CONV_2D", "ADD", "FULLY_CONNECTED"))
    )  # fmt: skip
    return LayerProfile("student-int8.tflite", GRAPH, "student-float32.tflite", 16, layers, "name")


def _worst(
    part: list[FilmPrediction], keras: list[float], scores: list[float]
) -> tuple[dict[str, Any], ...]:
    """The two films farthest off, with made-up heat maps of 4 x 4 cells."""
    order = sorted(range(len(part)), key=lambda i: -abs(keras[i] - scores[i]))[:2]
    flat = [float(cell) for cell in range(16)]
    return tuple(
        {
            "path": part[i].path, "label": part[i].label, "why": "score", "keras": keras[i],
            "file": scores[i], "heatmap_rank": -1.0, "keras_map": flat, "file_map": flat[::-1],
        }
        for i in order
    )  # fmt: skip


def benchmark(precision: str = "int8", seed: int = 0, **changes: Any) -> BenchmarkRecord:
    """A record whose figures follow from its samples; changes may be of any of its parts."""
    rng = random.Random(seed)
    samples = tuple((3.5 if precision == "int8" else 5.6) + rng.expovariate(4) for _ in range(50))
    emulated = changes.get("emulated", False)
    times, memory = Times.of(5.5, 4.4, samples, 10, 2.5, 1.5), Memory(40_000, 47_000)
    parts: dict[str, Any] = {"times": None, "memory": None}
    if not emulated:
        parts = {name: replace(one, **{key: changes.pop(key) for key in [*changes]
                                       if hasattr(one, key)})
                 for name, one in (("times", times), ("memory", memory))}  # fmt: skip
    record = BenchmarkRecord(
        model={"name": "fake", "version": "0.0.1", "precision": precision,
               "graph_sha256": GRAPH if precision == "int8" else "98" * 32,
               "file_sha256": "ab" * 32},
        runtime={"name": "litert", "version": "2.3.0", "delegate": "xnnpack", "threads": 1},
        machine={"cpu": "A processor", "cores": 2, "machine": "x86_64", "system": "Linux 6",
                 "python": "3.11", "board": None},
        target="local", emulated=emulated, started="2026-01-02T03:04:05Z",
        file_bytes=2_799_432, golden=True, **parts,
    )  # fmt: skip
    return replace(record, **changes)

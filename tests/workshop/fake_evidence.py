"""The evidence of an evaluation without one: plausible, made up, and in agreement with itself."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from workshop.evidence.records import (
    AuditMeasure,
    AuditReport,
    CalibrationReport,
    CalledShare,
    Curve,
    CurvePoint,
    Evidence,
    NotComputed,
    OperatingPoint,
    SiteError,
    Verdict,
)
from workshop.evidence.statistics import wilson
from workshop.records import EvaluationReport, Interval
from workshop.records_io import save

__all__ = ["evidence", "write_evidence"]

NAN = Interval(float("nan"), float("nan"), float("nan"))


def around(value: float, reach: float = 0.04) -> Interval:
    return Interval(value, max(value - reach, 0.0), min(value + reach, 1.0))


def signed(value: float, reach: float = 0.03) -> Interval:
    return Interval(value, value - reach, value + reach)


def evidence(verdict: Verdict = "cannot tell", sha256: str = "cd" * 32, **changes: Any) -> Evidence:
    """An evaluation at threshold .502; `sha256` is that of `fake_run`'s student."""
    made = Evidence(
        model={"name": "fake 0.0.1", "file": "student.keras", "kind": "keras", "sha256": sha256,
               "input_size": 64, "threshold": 0.502},
        data={"name": "a hospital", "fingerprint": "ab" * 8, "films": 1460, "groups": 1201,
              "seen": 37},
        split="never seen: holdout and excluded films of the run",
        counts=(("cedar", "covid", 300), ("cedar", "pneumonia_other", 80), ("dune", "normal", 980),
                ("dune", "nodule", 100)),
        called=tuple(_called()),
        metrics=(_report("all films", 1280, 300, 0.912), _report("site cedar", 60, 30, 0.71)),
        audits=_audits(verdict),
        calibration=CalibrationReport(
            1280, around(0.12), around(0.14), 1.62,
            (SiteError("cedar", 300, 300, around(0.31)), SiteError("dune", 980, 0, around(0.06))),
            0.185,
        ),
        operating_points=(
            _point("the model's own", 0.502, "out-of-fold films of the run"),
            _point("sensitivity .90 out of fold", 0.31, "out-of-fold films of the run"),
        ),
        robustness=tuple(_curves()),
        not_computed=(NotComputed("linear probe", "the file gives no features"),),
        made_by={"git": "v0-evaluated", "python": "3.11"},
        seconds=61.0,
    )  # fmt: skip
    return replace(made, **changes)


def write_evidence(folder: Path, record: Evidence | None = None, films: int = 120) -> Path:
    """`evidence.json` and a `films.csv` of both classes and another label."""
    folder.mkdir(parents=True, exist_ok=True)
    save(folder / "evidence.json", record if record is not None else evidence())
    rng = random.Random(4)
    lines = ["path,label,site,group,score,called"]
    for n in range(films):
        label = ("covid", "normal", "normal", "pneumonia_other")[n % 4]
        score = min(max(rng.gauss(0.72 if label == "covid" else 0.3, 0.2), 0.0), 1.0)
        site = "cedar" if label in ("covid", "pneumonia_other") else "dune"
        lines.append(f"films/{n}.png,{label},{site},g{n // 2},{score:.6f},{score >= 0.502:d}")
    (folder / "films.csv").write_text("\n".join(lines) + "\n")
    return folder


def _report(split: str, films: int, covid: int, area: float) -> EvaluationReport:
    return EvaluationReport(
        "student", split, films, covid, films - 70 if films > 100 else films, around(area),
        around(0.81), around(0.92), around(0.865), 0.502, caution="A caution of the evaluation.",
    )  # fmt: skip


def _share(label: str, by: str, stratum: str, films: int, called: int) -> CalledShare:
    share = wilson(called, films)
    return CalledShare(label, by, stratum, films, films, called, share, films < 20)


def _called() -> Iterable[CalledShare]:
    for label, films, called in (
        ("pneumonia_other", 480, 231), ("nodule", 100, 9), ("normal", 980, 78),
        ("covid", 300, 243),
    ):  # fmt: skip
        yield _share(label, "all", "all", films, called)
        for by, names in (("view", ("AP", "PA")), ("sex", ("F", "M", "not stated")),
                          ("age", ("16-39", "40-59", "80+"))):  # fmt: skip
            for place, name in enumerate(names, 1):
                yield _share(label, by, name, films // (place + 1), called // (place + 1))
    yield _share("pneumonia_other", "site", "cedar", 80, 49)
    yield _share("pneumonia_other", "site", "dune", 400, 182)
    yield _share("nodule", "site", "dune", 100, 9)
    yield _share("covid", "site", "cedar", 300, 243)
    yield _share("normal", "site", "dune", 972, 71)
    yield _share("normal", "site", "cedar", 8, 7)


def _audits(verdict: Verdict) -> AuditReport:
    def measure(
        name: str, kind: str, area: Interval, finding: str, change: float = -0.02
    ) -> AuditMeasure:
        why = f"AUROC {area.value:.3f} is what decided." if area.value == area.value else "Too few."
        return AuditMeasure(
            name, kind, 1280, 300, area, signed(change), wilson(60, 1280), finding, why,
        )  # fmt: skip

    found = "fails" if verdict == "confounded" else "passes"
    return AuditReport(
        "1", 1280, 300, 1201, around(0.912),
        (
            measure("border only", "occlusion", around(0.86 if found == "fails" else 0.51), found),
            measure("lungs hidden", "occlusion", around(0.58, 0.06), "cannot tell", -0.33),
            measure("text masked", "masking", around(0.908), "passes"),
            measure("JPEG quality 30", "shift", around(0.87), "told only"),
            measure("site of normal films", "probe", NAN, "cannot tell"),
        ),
        verdict,
        ("No site holds both classes in number, so that hospitals may be what is told apart.",),
    )  # fmt: skip


def _point(name: str, threshold: float, chosen_on: str) -> OperatingPoint:
    worth = tuple((share, around(0.2 + share), around(1 - share / 4)) for share in (0.01, 0.5))
    return OperatingPoint(name, threshold, chosen_on, 1280, around(0.81), around(0.92), worth)


def _curves() -> Iterable[Curve]:
    for name, unit, levels in (
        ("noise", "gray levels, standard deviation", (0.0, 8.0, 16.0, 32.0)),
        ("brightness", "gray levels", (-60.0, -30.0, 0.0, 30.0, 60.0)),
        ("photo", "strength", (0.0, 0.5, 1.0)),
    ):
        points = []
        for level in levels:
            far = abs(level) / max(abs(one) for one in levels)
            points.append(
                CurvePoint(level, around(0.912 - 0.3 * far), around(0.81 - 0.2 * far),
                           around(0.92 - 0.4 * far),
                           wilson(int(90 * far), 300))
            )  # fmt: skip
        yield Curve(name, unit, 0.0, 300, tuple(points))

"""The paper's claims, each with a verdict and the figure that it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from training.paper_tables import Difference, PaperResult

__all__ = ["Claim", "claims"]

REPRODUCED, NOT_REPRODUCED, NOT_TESTABLE = "reproduced", "not reproduced", "not testable"


@dataclass(frozen=True)
class Claim:
    """One claim; `verdict` is reproduced, not reproduced or not testable."""

    claim: str
    verdict: str
    because: str


def claims(result: PaperResult) -> list[Claim]:
    """What this run says of each of the paper's claims."""
    return [
        _smaller(result),
        _better_than_alone(result),
        _as_good_as_its_teacher(result),
        _cheaper(result),
        Claim("knowledge distillation forgets less", NOT_TESTABLE,
              "the paper neither defines forgetting nor gives a figure"),
        Claim("suitable for embedded systems and phones", NOT_TESTABLE,
              "not by training: records of latency and memory on such devices would show it"),
        Claim("recognises COVID-19", NOT_TESTABLE,
              "no site of these films holds both classes: hospital and disease cannot be told "
              "apart here"),
    ]  # fmt: skip


def _smaller(result: PaperResult) -> Claim:
    teacher, student = result.parameters["teacher"], result.parameters["student"]
    fewer = 1 - student / teacher
    return Claim(
        "the student has 95 % fewer parameters than the teacher",
        REPRODUCED if round(fewer, 2) >= 0.95 else NOT_REPRODUCED,
        f"{student:,} instead of {teacher:,}: {fewer:.1%} fewer",
    )


def _difference(result: PaperResult, second: str) -> Difference | None:
    found = [d for d in result.differences if d.second == second and d.metric == "auroc"]
    return found[0] if found else None


def _shown(one: Difference) -> str:
    interval = one.interval
    return f"AUROC {interval.value:+.3f} ({interval.low:+.3f} to {interval.high:+.3f})"


def _better_than_alone(result: PaperResult) -> Claim:
    claim = "a teacher makes the student better"
    one = _difference(result, "plain")
    if one is None or one.verdict == "not measured":
        return Claim(claim, NOT_TESTABLE, "the student was not trained both ways")
    verdict = REPRODUCED if one.verdict == "better" else NOT_REPRODUCED
    return Claim(claim, verdict, f"distilled less plain student: {_shown(one)}")


def _as_good_as_its_teacher(result: PaperResult) -> Claim:
    """Not worse than the teacher: an interval that lies below zero would refute it."""
    claim = "the student performs on par with its teacher"
    one = _difference(result, "teacher")
    if one is None or one.verdict == "not measured":
        return Claim(claim, NOT_TESTABLE, "teacher and student did not answer the same films")
    verdict = NOT_REPRODUCED if one.verdict == "worse" else REPRODUCED
    return Claim(claim, verdict, f"student less teacher: {_shown(one)}")


def _cheaper(result: PaperResult) -> Claim:
    """The student's training needs the teacher's first, and its answers."""
    claim = "distillation lowers the cost of training"
    spent = result.seconds
    if not all(spent.get(name) for name in ("teacher", "student", "plain")):
        return Claim(claim, NOT_TESTABLE, "the times were not measured")
    whole = (spent["teacher"] + spent["student"]) / spent["plain"]
    return Claim(
        claim,
        NOT_REPRODUCED if whole > 1 else REPRODUCED,
        f"teacher and distilled student together took {whole:.1f} times the plain student's time "
        f"on the same machine; an epoch of the student takes "
        f"{spent_ratio(result):.2f} of the teacher's",
    )


def spent_ratio(result: PaperResult) -> float:
    """Seconds of a plain student's epoch over a teacher's."""
    return result.seconds_per_epoch["plain"] / result.seconds_per_epoch["teacher"]

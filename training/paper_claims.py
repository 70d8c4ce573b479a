"""The paper's claims, each with a verdict and the figure that it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from training.paper_tables import PaperResult
from workshop.summary import interval_text

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
        _compared(result, "plain", "a teacher makes the student better", ("better",),
                  "distilled less plain student", "the student was not trained both ways"),
        # On par is not worse: only an interval that lies below zero refutes it.
        _compared(result, "teacher", "the student performs on par with its teacher",
                  ("better", "none"), "student less teacher",
                  "teacher and student did not answer the same films"),
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


def _compared(
    result: PaperResult, second: str, claim: str, kept: tuple[str, ...], told: str, else_told: str
) -> Claim:
    """A claim on the distilled student beside another network: it is kept by some verdicts."""
    found = [d for d in result.differences if d.second == second and d.metric == "auroc"]
    if not found or found[0].verdict == "not measured":
        return Claim(claim, NOT_TESTABLE, else_told)
    verdict = REPRODUCED if found[0].verdict in kept else NOT_REPRODUCED
    return Claim(claim, verdict, f"{told}: AUROC {interval_text(found[0].interval, '+')}")


def _cheaper(result: PaperResult) -> Claim:
    """The student's training needs the teacher's first, and its answers."""
    claim = "distillation lowers the cost of training"
    spent = result.seconds
    if not all(spent.get(name) for name in ("teacher", "student", "plain")):
        return Claim(claim, NOT_TESTABLE, "the times were not measured")
    epoch = result.seconds_per_epoch["plain"] / result.seconds_per_epoch["teacher"]
    whole = (spent["teacher"] + spent["student"]) / spent["plain"]
    return Claim(
        claim,
        NOT_REPRODUCED if whole > 1 else REPRODUCED,
        f"teacher and distilled student together took {whole:.1f} times the plain student's time "
        f"on the same machine; an epoch of the student takes "
        f"{epoch:.2f} of the teacher's",
    )

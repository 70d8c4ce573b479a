"""The paper's claims, each with a verdict and the figure that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean

from training.paper.choices import sources_of_both
from training.paper.forgetting import less_forgotten
from training.paper.tables import PaperResult
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
        Claim("it is on par with the state of the art", NOT_TESTABLE,
              "Table 5's works are of other films, classes and splits: they would have to be "
              "trained on these films and folds"),
        _cheaper(result),
        _forgets(result),
        Claim("suitable for embedded systems and phones", NOT_TESTABLE,
              "not by training: records of latency and memory on such devices would show it"),
        Claim("recognises COVID-19", NOT_TESTABLE, _alone(result)),
    ]  # fmt: skip


def _smaller(result: PaperResult) -> Claim:
    claim = "the student has 95 % fewer parameters than the teacher"
    if not {"teacher", "student"} <= result.parameters.keys():
        return Claim(claim, NOT_TESTABLE, "teacher and student were not both trained")
    teacher, student = result.parameters["teacher"], result.parameters["student"]
    fewer = 1 - student / teacher
    return Claim(
        claim,
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
    clean = (result.preset.get("distil") or {}).get("views") == "clean"
    answers = " (the teacher's answers, given once before it, not counted)" if clean else ""
    return Claim(
        claim,
        NOT_REPRODUCED if whole > 1 else REPRODUCED,
        f"teacher and distilled student together took {whole:.1f} times the plain student's time "
        f"on the same machine{answers}; an epoch of the student takes "
        f"{epoch:.2f} of the teacher's",
    )


def _forgets(result: PaperResult) -> Claim:
    """By a measure of ours: what the paper means by forgetting it does not say."""
    claim = "knowledge distillation forgets less"
    undefined = "the paper neither defines forgetting nor gives a figure"
    lost = [result.forgotten.get(name, {}) for name in ("student", "plain")]
    found = less_forgotten(lost[0], lost[1], int(result.preset.get("seed", 1)))
    if found is None:
        return Claim(claim, NOT_TESTABLE, f"{undefined}, and here there are no learning curves of "
                     "both students over two epochs and folds to measure it by")  # fmt: skip
    ours = f"{undefined}; here it is the best epoch's validation AUROC less the last one's"
    if not any(value for folds in lost for value in folds.values()):
        return Claim(claim, NOT_TESTABLE, f"{ours}, and neither student was ever better than at "
                     "its last epoch: nothing was forgotten")  # fmt: skip
    means = [fmean(folds.values()) for folds in lost]
    return Claim(
        claim,
        REPRODUCED if found.high < 0 else NOT_REPRODUCED,
        f"{ours}, mean over folds: distilled {means[0]:.3f}, plain {means[1]:.3f}; distilled less "
        f"plain {interval_text(found, '+')}, 95 % over {len(lost[0])} folds",
    )


def _alone(result: PaperResult) -> str:
    """Why these films cannot show it, whatever the figures are."""
    both = sources_of_both(result)
    if both:
        return (
            f"{' and '.join(both)} held both classes, but films of a hospital that no fold has "
            "seen would have to show it"
        )
    return (
        "no source of these films holds both classes: hospital and disease cannot be told apart "
        "here"
    )

"""What a report has to say of what is not there: parts that are missing, work not done."""

from __future__ import annotations

from dataclasses import dataclass

from workshop.evidence.records import Evidence
from workshop.report.data import RunFiles
from workshop.report.figures import ENOUGH, mixed_sites
from workshop.report.subject import Subject

__all__ = [
    "Missing",
    "evaluate_command",
    "is_paper",
    "missing",
    "not_done",
    "train_command",
]


@dataclass(frozen=True)
class Missing:
    """A part that the page lacks, and the command that makes it."""

    part: str
    command: str


def missing(subject: Subject) -> list[Missing]:
    """Parts that a command would add. Folders are named, their place on this machine is not."""
    files, evidence = subject.files, subject.evidence
    rows = _of_run(files, subject) if files is not None and not is_paper(subject) else []
    evaluate = evaluate_command(subject)
    if evidence is None or subject.foreign:
        rows.append(Missing("audits, robustness, shares called covid by view and age", evaluate))
    else:
        rows += [Missing(part, evaluate) for part in _absent(evidence)]
    return rows


def _of_run(files: RunFiles, subject: Subject) -> list[Missing]:
    name = subject.folder.resolve().name
    rows = []
    if files.student is None:
        rows.append(Missing("networks", train_command(subject)))
    elif not files.of("plain", "holdout"):
        plain = "plain = true under [distil] in PRESET, then python -m training run PRESET"
        rows.append(Missing("a student without a teacher, to compare", plain))
    if not files.parity:
        rows.append(Missing("model files", f"python -m export run {name}"))
    if not files.benchmarks:
        file = f"{name}/export/student-int8.tflite"
        command = f"python -m benchmarks run --out {name}/benchmarks {file}"
        rows.append(Missing("latency", command))
    sites = "sites held out in turn, a page of its own"
    return [*rows, Missing(sites, "python -m training sites PRESET")]


def is_paper(subject: Subject) -> bool:
    """Whether this is a run of the paper's experiment, which has tables instead of a student."""
    return (subject.folder / "paper.json").is_file()


def train_command(subject: Subject) -> str:
    """What goes on with a run; of the paper's experiment, what writes its tables."""
    name = subject.folder.resolve().name
    if is_paper(subject):
        return f"python -m training tables {name}"
    return f"python -m training run PRESET --out {name} --resume"


def evaluate_command(subject: Subject) -> str:
    """The command that makes the evidence of this subject."""
    name = subject.folder.resolve().name
    if subject.files is not None and not is_paper(subject):
        return f"python -m training evaluate {name}/student.keras --data FILMS"
    place = name if subject.files is None else "FOLDER"
    return f"python -m training evaluate MODEL --data FILMS --out {place}"


def _absent(evidence: Evidence) -> list[str]:
    """Empty parts for which the evaluation gave no reason."""
    said = " ".join(one.part for one in evidence.not_computed)
    parts = {
        "audits": evidence.audits,
        "robustness": evidence.robustness,
        "calibration": evidence.calibration,
    }
    return [name for name, value in parts.items() if not value and name not in said]


def not_done(subject: Subject) -> list[str]:
    """What nobody should take this model for, as sentences."""
    lines = []
    files, evidence = subject.files, subject.evidence
    if files is not None:
        lines += _of_training(files)
    sites = {site for site, *_ in evidence.counts} if evidence is not None else set()
    if evidence is not None and not any(_both(evidence, site) for site in sites):
        lines.append(
            "No site of the evaluated films holds both classes in number: telling hospitals "
            "apart would score as well."
        )
    if evidence is None or evidence.audits is None or subject.foreign:
        lines.append("Shortcuts (borders, marks, films without lungs) were not audited.")
    if evidence is None or not evidence.robustness or subject.foreign:
        lines.append("Films made worse (noise, contrast, a photo of a screen) were not tried.")
    return [
        *lines,
        "Heat maps were not compared with findings.",
        "No person read these films with or without the score.",
        "Nothing was tried in a hospital, before or beside a reader.",
    ]


def _both(evidence: Evidence, site: str) -> bool:
    enough = {label for where, label, n in evidence.counts if where == site and n >= ENOUGH}
    return {"covid", "normal"} <= enough


def _of_training(files: RunFiles) -> list[str]:
    lines = []
    student = files.student
    split = student.preset.get("split", {}) if student is not None else {}
    folds, trained = split.get("folds"), split.get("trained")
    if isinstance(folds, int) and isinstance(trained, int) and trained < folds:
        lines.append(
            f"{trained} of {folds} folds {'was' if trained == 1 else 'were'} trained: "
            "out-of-fold figures come from a part of the films."
        )
    lines.append("One seed: how much the figures vary from training to training is not known.")
    if files.synthetic:
        lines.append("No film of a patient was used: nothing here is known of patients.")
    elif not mixed_sites(files):
        lines.append("No hospital with films of both classes was kept from training.")
    lines.append("This run did not hold sites out in turn.")
    if not files.of("plain", "holdout"):
        lines.append("The student was not compared with one trained without a teacher.")
    if not any(one.machine.get("board") and not one.emulated for one in files.benchmarks):
        lines.append("No board was measured: times are this machine's alone.")
    return lines

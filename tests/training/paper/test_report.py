"""The page: the paper's tables, what stands in for what, and the same page from paper.json."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge_runtime.errors import DataError, RunError
from tests.training.paper.cases import PRESET, ROOT, USUAL, made
from training.paper.finished import finished, preset_of
from training.paper.reference import reference
from training.paper.report import report_text, rewrite_report
from training.paper.standins import stand_ins
from workshop.presets import Preset, read_preset
from workshop.records_io import save
from workshop.summary import interval_text

EVIDENCE = ROOT / "docs" / "evidence" / "paper"
COMMITTED = sorted(path.parent.name for path in EVIDENCE.glob("*/paper.json"))
TABLES = (
    "## Table 1. The teacher",
    "## Table 2. The student without a teacher",
    "## Table 3. The distilled student",
    "### Table 3, its last row",
    "## Table 4. Parameters",
    "## Table 5. Other work, and under which protocol",
    "## What the paper claims",
)
IMAGENET = {
    "teacher": {"VGG19": "imagenet (a.h5)", "ResNet50V2": "imagenet (b.h5)"},
    "plain": {"MobileNetV2": "imagenet (keras.applications)"},
    "student": {"MobileNetV2": "imagenet (keras.applications)"},
}


def with_networks(
    teacher: tuple[str, ...] = ("VGG19", "ResNet50V2"),
    student: tuple[str, ...] = ("MobileNetV2",),
    weights: str = "imagenet",
) -> Preset:
    changes: dict[str, Any] = {"weights": weights}
    return replace(
        PRESET,
        note="",
        teacher=replace(PRESET.teacher, backbones=teacher, **changes),
        student=replace(PRESET.student, backbones=student, **changes),
    )


def section(text: str, heading: str) -> list[str]:
    """The lines under a heading, up to the next."""
    lines = text.splitlines()
    start = lines.index(heading) + 1
    after = [n for n in range(start, len(lines)) if lines[n].startswith("#")]
    return [line for line in lines[start : after[0] if after else None] if line]


def test_every_table_is_there_in_the_paper_s_layout() -> None:
    text = report_text(PRESET, made(USUAL), reference())
    for heading in TABLES[:3]:
        table = [line for line in section(text, heading) if line.startswith("|")]
        assert table[0].startswith("| fold | films | accuracy | precision | specificity | ")
        assert [line.split("|")[1].strip() for line in table[2:]] == [
            "fold0", "fold1", "**average**", "paper"
        ]  # fmt: skip
        assert table[-1].count("not at hand") == 6
    average = section(text, TABLES[1])[5].split("|")
    assert [cell.strip() for cell in average[2:4]] == ["80", "0.800"]
    assert section(text, TABLES[3])[3].startswith("| here |  | +0.100 | +0.100 |")
    assert "| teacher | 49,222,390 | 49,222,390 |" in text
    assert "what it does not reproduce it does not refute" in text
    assert "not a medical device" in text


@pytest.mark.parametrize("heading", TABLES)
def test_every_table_says_under_its_title_that_a_network_stands_in(heading: str) -> None:
    """Told from the preset's networks: its free text is empty here."""
    other = with_networks(("VGG19", "ResNet50"))
    first = section(report_text(other, made(USUAL), reference()), heading)[0]
    assert first == "*In the teacher ResNet50 v1 stands in for ResNet50V2.*"


@pytest.mark.parametrize("heading", TABLES)
def test_no_table_says_so_of_the_paper_s_own_networks(heading: str) -> None:
    # Full width is the paper's network, however it is written.
    own = with_networks(student=("MobileNetV2:1.0",))
    found = stand_ins(own, made(USUAL, weights=IMAGENET), reference())
    text = report_text(own, made(USUAL, weights=IMAGENET), reference())
    assert not found
    assert not section(text, heading)[0].startswith("*") and "stands in" not in text


@pytest.mark.parametrize(
    ("preset", "weights", "line"),
    [
        (with_networks(("ResNet50", "DenseNet121")), {},
         "In the teacher ResNet50 v1 and DenseNet121 stand in for VGG19 and ResNet50V2."),
        (with_networks(student=("MobileNetV2:0.35",)), {},
         "In the student MobileNetV2 at width 0.35 stands in for MobileNetV2."),
        (with_networks(("VGG19",)), {}, "The teacher is without ResNet50V2."),
        (with_networks(("VGG19", "ResNet50V2", "DenseNet121")), {},
         "The teacher has DenseNet121 as well."),
        (with_networks(weights="random"), {},
         "VGG19 and ResNet50V2 of the teacher started from random weights, not from ImageNet's. "
         "MobileNetV2 of the student started from random weights, not from ImageNet's."),
        # Asked for and not had: the result knows better than the preset.
        (with_networks(),
         {**IMAGENET, "plain": {"MobileNetV2": "random (no ImageNet weights at hand)"}},
         "MobileNetV2 of the student started from random weights, not from ImageNet's."),
    ],
)  # fmt: skip
def test_each_way_to_differ_is_told(preset: Preset, weights: Any, line: str) -> None:
    assert stand_ins(preset, made(USUAL, weights=weights), reference()) == f"*{line}*"


def test_the_paper_s_rows_stand_beside_ours_once_they_are_known() -> None:
    rows = [
        {"table": 1, "fold": "1", "films": 91, "accuracy": 0.989, "precision": 0.978,
         "specificity": 1.0},
        {"table": 3, "fold": "improvement", "accuracy": 0.013},
    ]  # fmt: skip
    text = report_text(PRESET, made(USUAL), {**reference(), "rows": rows})
    line = "| paper, 1 (impossible) | 91 | 0.989 | 0.978 | 1.000 | – | – | – |"
    assert line in section(text, TABLES[0])
    assert "| paper | – | +0.013 | – | – | – | – | – |" in section(text, TABLES[3])
    assert "| paper | – |" + " not at hand |" * 6 in section(text, TABLES[2])
    assert "table 1, fold 1 (accuracy 0.989" in text


def test_comparators_stand_with_their_protocol_and_ours() -> None:
    result = made(USUAL, leak=0.4)
    whole = section(report_text(PRESET, result, reference()), TABLES[5])
    table = [line for line in whole if line.startswith("|")]
    area = interval_text(result.pooled["student"])
    assert table[0] == "| work | its figure | films | classes | split |"
    assert len(table) == 2 + len(reference()["comparators"]) + 1
    assert all("||" not in line.replace(" ", "") for line in table)
    assert table[-1] == (
        f"| here, distilled student | accuracy 0.900; AUROC {area} "
        "| 40 covid of ieee8023, 40 normal of crd_v4 | two: covid, normal "
        "| 2 folds by film, with copies |"
    )


def test_a_leak_is_told_in_the_first_paragraph() -> None:
    text = report_text(PRESET, made(USUAL, leak=0.4), reference())
    assert "**40.0% of the validation films are trained on as well**" in text
    assert "No validation film" not in text
    assert "No validation film" in report_text(PRESET, made(USUAL), reference())


@pytest.mark.parametrize("name", COMMITTED)
def test_the_committed_page_is_what_the_code_makes_of_the_result(name: str) -> None:
    result = finished(EVIDENCE / name)
    made_now = report_text(preset_of(result), result, reference())
    assert (EVIDENCE / name / "paper.md").read_bytes() == made_now.encode(), (
        f"stale: python -m training tables docs/evidence/paper/{name}"
    )


def test_there_is_committed_evidence_of_both_readings() -> None:
    readings = {preset_of(finished(EVIDENCE / name)).paper.oversample for name in COMMITTED}  # type: ignore[union-attr]
    assert readings == {"before_split", "after_split"}


def test_tables_writes_page_and_plot_again_without_keras(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    shutil.copy(EVIDENCE / COMMITTED[0] / "paper.json", run)
    shutil.copy(EVIDENCE / COMMITTED[0] / "history.csv", run)
    code = (
        "import sys; from training.cli import app\n"
        "app(['tables', sys.argv[1]], standalone_mode=False)\n"
        "assert not {'keras', 'tensorflow'} & sys.modules.keys()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(run)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{run / 'paper.md'}\n"
    assert (run / "paper.md").read_bytes() == (EVIDENCE / COMMITTED[0] / "paper.md").read_bytes()
    assert (run / "plots" / "paper-folds.png").read_bytes().startswith(b"\x89PNG")


def test_an_older_preset_loads_and_an_unknown_one_is_told(tmp_path: Path) -> None:
    result = made(USUAL)
    older = {key: value for key, value in result.preset.items() if key not in ("novelty", "export")}
    save(tmp_path / "paper.json", replace(result, preset=older))
    assert preset_of(finished(tmp_path)) == read_preset(ROOT / "presets" / "paper-2core.toml")
    assert rewrite_report(tmp_path).read_text() == report_text(PRESET, result, reference())
    with pytest.raises(DataError, match="colour"):
        preset_of(replace(result, preset={**older, "colour": "blue"}))
    with pytest.raises(RunError, match=r"no paper\.json"):
        rewrite_report(tmp_path / "nothing")


def test_older_results_take_forgetting_from_the_learning_curves(tmp_path: Path) -> None:
    save(tmp_path / "paper.json", made(USUAL))
    text = json.loads((tmp_path / "paper.json").read_text())
    del text["forgotten"]
    (tmp_path / "paper.json").write_text(json.dumps(text))
    assert finished(tmp_path).forgotten == {}
    (tmp_path / "history.csv").write_text(
        "network,fold,epoch,loss,val_auroc,seconds\nplain,fold0,1,1,0.9,1\nplain,fold0,2,1,0.8,1\n"
    )
    assert finished(tmp_path).forgotten["plain"]["fold0"] == pytest.approx(0.1)
    (tmp_path / "history.csv").write_text("network,fold,epoch\nplain,fold0,1\n")
    with pytest.raises(DataError, match="lacks val_auroc"):
        finished(tmp_path)


def test_an_experiment_of_one_network_has_its_table_alone() -> None:
    """And says of the claims that want two that they cannot be tested."""
    whole = made(USUAL)
    alone = replace(
        whole,
        rows=tuple(row for row in whole.rows if row.network == "plain"),
        averages={"plain": whole.averages["plain"]},
        pooled={"plain": whole.pooled["plain"]},
        differences=(),
        parameters={"plain": 2_334_966},
        seconds={"plain": 4.0},
        seconds_per_epoch={"plain": 4.0},
        forgotten={},
    )
    text = report_text(PRESET, alone, reference())
    assert "## Table 2." in text and "## Table 1." not in text and "Table 3" not in text
    assert "| here, student, no teacher | accuracy" in text
    assert "| teacher | 49,222,390 | not trained |" in text
    assert "| student | 2,334,966 | 2,334,966 |" in text
    assert "| the student has 95 % fewer parameters than the teacher | not testable |" in text

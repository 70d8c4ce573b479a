"""The report on novelty as Markdown."""

from __future__ import annotations

from export.negatives import NEGATIVE, TRIED, TURNED
from export.novelty_report import ENOUGH, FAMILIAR, KindRow, NoveltyReport
from workshop.markdown import table
from workshop.records import Interval

__all__ = ["novelty_page"]

TEXT = """\
# What is not a film

{name} {version}, `{file}`, graph `{sha}`. Made by
`python -m export novelty RUN --out docs/evidence/novelty`; not to be edited.

Novelty is learnt from familiar pictures alone: films that were trained on and upright phantoms
give its statistics, other films and phantoms its threshold ({threshold:.4f}). It is the mean
over four layers (the last residual sum of each size of map) of squashed, whitened distances of
the averaged activations. What is below tests it and took no part in that, except for the last
table: with those kinds the definition was chosen among others, so they are in no mean.

**Plain mean AUROC over {counted} kinds: {mean}** (goal .99), against the holdout's films.
Worst: {worst}. With the rules on pixels (blank, noise) that stand beside it,
{answered} of what is no film is answered as if it were one (plain mean over the kinds).
{verdict}

## Familiar pictures: to be answered
{familiar}

## Not films
{negative}

"Refused" is by novelty alone, "with rules" by novelty or a rule on the pixels; rules on size
and colour of a file would refuse more and are left out (every picture here is gray and
square). Intervals are Wilson's, 95 %; pictures cut from one source are not independent, so
that those of crops are too narrow. A kind with fewer than {enough} pictures is reported and
is not in the mean. {views}

## Turned and inverted: apart
{turned}

## Chosen with: in no mean
{tried}

Looked at while choosing: averages, and deviations, of eleven layers alone; three to five layers
together, whitened each by itself or jointly; 16, 32 or 64 components; shrinkage .02 or .1; tanh
at 3 or 5 deviations; all on films out of fold and the kinds of this last table. Early and middle
layers all told these kinds from films, the averages of the last one hardly; the combinations of
several layers did not differ by more than chance, so the layers are taken by rule and not by
result, and the smaller number of components and the larger shrinkage, which int8 rounds less.
The share of familiar films above the threshold was lowered from .015 to .005 when the holdout of
the student "quick" had shown 3.6 % refused, so that for it, and for others with the same holdout,
the figure above is not independent of that choice; what is no film had no part in it.
"""


def novelty_page(report: NoveltyReport) -> str:
    """The page `novelty.md`."""

    def part(group: str) -> str:
        return _table([row for row in report.rows if row.group == group])

    return TEXT.format(
        name=report.name, version=report.version, file=report.file, sha=report.graph_sha256[:16],
        threshold=report.threshold, counted=sum(row.counted for row in report.rows),
        mean=_figure(report.mean_auroc, ".4f"), worst=report.worst,
        answered=_figure(report.answered, ".1%"),
        verdict="All limits are met." if report.passed else f"Missed: {'; '.join(report.why)}.",
        familiar=part(FAMILIAR), negative=part(NEGATIVE), turned=part(TURNED),
        tried=part(TRIED), enough=ENOUGH, views=report.unseen_views,
    )  # fmt: skip


def _figure(value: float | None, form: str) -> str:
    return "not measured" if value is None else format(value, form)


def _table(rows: list[KindRow]) -> str:
    return table(
        ["kind", "pictures", "sources", "AUROC", "refused", "with rules", "how"],
        [
            [
                row.kind + ("" if row.counted or row.group != NEGATIVE else " (not counted)"),
                str(row.pictures), str(row.sources),
                "" if row.auroc is None else f"{row.auroc:.4f}",
                _share(row.refused, row.refused_share),
                _share(row.refused_with_rules, row.refused_with_rules_share), row.how,
            ]
            for row in rows
        ],
    )  # fmt: skip


def _share(count: int, share: Interval) -> str:
    return f"{count} ({share.value:.1%}, {share.low:.1%}–{share.high:.1%})"

"""What no type says of a preset: settings that do not go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workshop.presets import PaperPreset, Preset, SitesPreset

__all__ = ["problems"]


def problems(preset: Preset) -> list[str]:
    """What is wrong with a preset whose fields have the right types, a line each."""
    split, distil = preset.split, preset.distil
    wrong = {
        "input_size: must be a multiple of 32, 64 to 1024": preset.input_size % 32 != 0
        or not 64 <= preset.input_size <= 1024,
        "split.folds: at least 2": split.folds < 2,
        "split.trained: 1 to split.folds": not 1 <= split.trained <= split.folds,
        "split.holdout: between 0 and 0.5; 0 where split.hold_sites are the holdout": (
            not 0.0 <= split.holdout <= 0.5
            or (split.holdout == 0.0 and not preset.paper and not split.hold_sites)
        ),
        "split.holdout: the paper's experiment has none: set it to 0": preset.paper is not None
        and split.holdout != 0.0,
        "split.refit: the paper's experiment has no such student": preset.paper is not None
        and split.refit,
        "distil.alpha: 0 to 1": not 0.0 <= distil.alpha <= 1.0,
        "distil.temperature: above 0": distil.temperature <= 0.0,
        "augment.mixup: not negative": preset.augment.mixup < 0.0,
        "distil.views: a clean view has no answer for mixed films; set augment.mixup to 0": (
            preset.augment.mixup > 0.0 and distil.views == "clean"
        ),
        'precision: "auto" is measured, and deterministic = true allows no measuring: name one': (
            preset.deterministic and "auto" in (preset.teacher.precision, preset.student.precision)
        ),
        **_paper_checks(preset.paper),
        **_sites_checks(preset.sites),
    }
    for network in (preset.teacher, preset.student):
        wrong["backbones: at least one"] = not network.backbones
        wrong["epochs and batch: at least 1"] = min(network.epochs, network.batch) < 1
        if wrong["backbones: at least one"] or wrong["epochs and batch: at least 1"]:
            break
    return [line for line, is_wrong in wrong.items() if is_wrong]


def _paper_checks(paper: PaperPreset | None) -> dict[str, bool]:
    if paper is None:
        return {}
    counts = [count for count in (paper.positives, paper.normals) if count != "all"]
    return {
        'paper.positives and paper.normals: at least 1, or "all"': any(n < 1 for n in counts),
        'paper.oversample: with balance = "draw" nothing is oversampled': (
            paper.balance == "draw" and paper.oversample == "before_split"
        ),
        "paper.networks: at least one, each once": not paper.networks
        or len(set(paper.networks)) < len(paper.networks),
        "paper.networks: a student needs its teacher, named before it": "student"
        in paper.networks[: (*paper.networks, "teacher").index("teacher")],
    }


def _sites_checks(sites: SitesPreset | None) -> dict[str, bool]:
    if sites is None:
        return {}
    named = [one for together in sites.covid for one in together]
    normal = [sites.normal_trained, sites.normal_tested]
    return {
        "sites.covid: at least two sites, each once": len(sites.covid) < 2
        or not all(sites.covid)
        or len(set(named)) < len(named),
        "sites: two different sites of normal films, neither of them in sites.covid": (
            len({*normal, *named}) < len(normal) + len(named)
        ),
        "sites.reverse: one of sites.covid, or left out": bool(sites.reverse)
        and sites.reverse not in sites.covid,
    }

"""What every table says under its title where a network is not the paper's own."""

from __future__ import annotations

from typing import Any

from training.paper.choices import trained_roles
from training.paper.tables import PaperResult
from workshop.presets import Preset

__all__ = ["stand_ins"]

# Keras calls the first version of this network by its bare name.
SHOWN = {"ResNet50": "ResNet50 v1", "ResNet101": "ResNet101 v1", "ResNet152": "ResNet152 v1"}
ROLES = {"teacher": ("teacher",), "student": ("plain", "student")}


def stand_ins(preset: Preset, result: PaperResult, known: dict[str, Any]) -> str:
    """One line of Markdown, or nothing for the paper's own networks with ImageNet weights.

    From the preset's backbones, and from where the result says that their weights came
    from; a result that does not say is taken at its preset's word.
    """
    told = []
    for role, used in trained_roles(preset).items():
        networks = ROLES[role]
        told.append(_others(role, used.backbones, known["networks"][role]))
        wanted = used.weights
        random = [
            _shown(spec)
            for spec in used.backbones
            if not all(
                result.weights.get(network, {}).get(spec, wanted).startswith("imagenet")
                for network in networks
            )
        ]
        if random:
            told.append(
                f"{' and '.join(random)} of the {role} started from random weights, not from "
                "ImageNet's."
            )
    line = " ".join(part for part in told if part)
    return f"*{line}*" if line else ""


def _others(role: str, used: tuple[str, ...], theirs: list[str]) -> str:
    ours = [_exact(spec) for spec in used]
    missing = [name for name in theirs if name not in ours]
    added = [_shown(spec) for spec in ours if spec not in theirs]
    if added and missing:
        verb = "stands" if len(added) == 1 else "stand"
        return f"In the {role} {' and '.join(added)} {verb} in for {' and '.join(missing)}."
    if missing:
        return f"The {role} is without {' and '.join(missing)}."
    return f"The {role} has {' and '.join(added)} as well." if added else ""


def _exact(spec: str) -> str:
    """The bare name of a network at its full width, whichever way the preset writes it."""
    name, _, width = spec.partition(":")
    return name if not width or float(width) == 1.0 else spec


def _shown(spec: str) -> str:
    name, _, width = _exact(spec).partition(":")
    shown = SHOWN.get(name, name)
    return f"{shown} at width {width}" if width else shown

"""The tests' own model does what its films are named for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from edge_runtime.model import Model
from tests.tiny import film


@pytest.mark.parametrize("fixture", ["tiny_model", "tiny_float_model"])
@pytest.mark.parametrize(
    ("level", "answer", "reason"),
    [(90, "normal", None), (170, "covid", None), (240, "not_recognised", "unfamiliar")],
)
def test_brightness_decides(
    request: pytest.FixtureRequest, fixture: str, level: int, answer: str, reason: str | None
) -> None:
    path: Path = request.getfixturevalue(fixture)
    with Model.open(path) as model:
        said = model.predict(Image.fromarray(film(level, seed=3, size=300)))
    assert (said.answer, said.reason) == (answer, reason)

"""The built wheel with its pinned requirements alone, on every Python that this machine has.

Which Pythons that should be is said in docs/devices.md.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from edge_runtime.model import Model
from tests.environments import build_wheel, environment, python_of, uv
from tests.platforms import PLATFORMS, Platform
from tests.tiny import film, png

HERE = [
    one for one in PLATFORMS
    if one.machine == platform.machine() and one.shown != "message" and python_of(one.minor)
]  # fmt: skip


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = build_wheel(tmp_path_factory.mktemp("wheel"))
    with zipfile.ZipFile(path) as archive:
        tops = {name.split("/")[0].partition("-")[0] for name in archive.namelist()}
    assert tops == {"edge_runtime", "cxr_edge"}
    return path


@pytest.fixture(scope="module", params=HERE, ids=str)
def installed(request: pytest.FixtureRequest, wheel: Path) -> Path:
    """The folder of commands of an environment that has the wheel."""
    one: Platform = request.param
    name = "wheel" if one.minor == sys.version_info[1] else f"wheel-3.{one.minor}"
    python = environment(name, one.pins, python=python_of(one.minor))
    subprocess.run(
        [uv(), "-q", "pip", "install", "--offline", "--no-deps", "--reinstall", "--python", python,
         wheel],
        check=True,
    )  # fmt: skip
    return python.parent


def clean() -> dict[str, str]:
    return {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}


def test_edge_infer_answers_as_here(installed: Path, tiny_model: Path, tmp_path: Path) -> None:
    picture = tmp_path / "film.png"
    picture.write_bytes(png(film(170, seed=1, size=400)))
    done = subprocess.run(
        [installed / "edge-infer", "--json", "--model", tiny_model, picture],
        capture_output=True, text=True, cwd=tmp_path, env=clean(),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    with Model.open(tiny_model) as model:
        here = model.predict(picture)
    assert (said["answer"], said["score"], said["novelty"]) == ("covid", here.score, here.novelty)
    assert (said["runtime"]["name"], said["runtime"]["api"]) == ("litert", "c")


def test_all_golden_inputs_of_the_bundled_model_pass(installed: Path, tmp_path: Path) -> None:
    """Warnings are errors: what a later Python takes away, it warns of first."""
    done = subprocess.run(
        [installed / "python", "-W", "error", "-m", "edge_runtime", "--self-test"],
        capture_output=True, text=True, cwd=tmp_path, env=clean(),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("passed") == 3 == done.stdout.count(" 0 off (0 allowed)")


def test_it_is_the_wheel_that_answered(installed: Path, tmp_path: Path) -> None:
    program = (
        "import edge_runtime, importlib.util as u; print(edge_runtime.__file__);"
        "print([n for n in ('tensorflow', 'keras', 'workshop', 'training', 'export', 'tests')"
        " if u.find_spec(n)])"
    )
    done = subprocess.run(
        [installed / "python", "-c", program],
        capture_output=True, text=True, cwd=tmp_path, env=clean(), check=True,
    )  # fmt: skip
    place, others = done.stdout.splitlines()
    assert ".venvs/wheel" in place and "site-packages" in place
    assert others == "[]"


def test_it_is_small(installed: Path) -> None:
    """All that the wheel brings, compiled: at most 5 MB with the model, Pillow and LiteRT apart."""
    (site,) = installed.parent.glob("lib/python3*/site-packages")
    package, (facts,) = site / "edge_runtime", site.glob("cxr_edge-*.dist-info")
    subprocess.run([installed / "python", "-m", "compileall", "-q", package], check=True)
    files = [path for top in (package, facts) for path in top.rglob("*") if path.is_file()]
    assert {".tflite", ".pyc"} <= {path.suffix for path in files}
    assert sum(path.stat().st_size for path in files) <= 5_000_000


def test_its_requirements_are_whole(installed: Path) -> None:
    done = subprocess.run(
        [uv(), "pip", "check", "--python", installed / "python"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr

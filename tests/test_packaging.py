"""The wheel holds edge_runtime alone; the pins agree with what setup.cfg asks for."""

from __future__ import annotations

import configparser
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from edge_runtime import __version__
from tests.platforms import PLATFORMS, Platform
from tests.tiny import film, png

ROOT = Path(__file__).parent.parent
PINS = ROOT / "requirements"


def config() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg", "utf-8")
    return parser


def asked() -> list[Requirement]:
    lines = config()["options"]["install_requires"].splitlines()
    return [Requirement(line) for line in lines if line.strip()]


def pins(name: str) -> dict[str, Requirement]:
    lines = [line.split("#")[0].strip() for line in (PINS / name).read_text("utf-8").splitlines()]
    found = [Requirement(line) for line in lines if line]
    return {canonicalize_name(one.name): one for one in found}


@pytest.mark.parametrize("platform", PLATFORMS, ids=str)
def test_wheel_pins_meet_setup_cfg(platform: Platform) -> None:
    place = {
        "python_version": f"3.{platform.minor}", "platform_machine": platform.machine, "extra": "",
    }  # fmt: skip
    wanted = [one for one in asked() if one.marker is None or one.marker.evaluate(place)]
    names = {one.name for one in wanted}
    if platform.interpreter is None:
        assert names == {"pillow"}, "it installs, and says what is missing when asked"
        return
    assert {"pillow", platform.interpreter} <= names
    pinned = pins(platform.pins.name)
    for one in wanted:
        (pin,) = pinned[canonicalize_name(one.name)].specifier
        assert pin.operator == "=="
        assert one.specifier.contains(pin.version), f"{one.name} {pin.version}"


@pytest.mark.parametrize("minor", [11, 12, 13])
def test_workshop_pins_meet_what_was_chosen(minor: int) -> None:
    pinned = pins(f"workshop-3.{minor}.txt")
    for name, chosen in pins("workshop.in").items():
        assert pinned[name].specifier == chosen.specifier
    for wheel_needs in asked():
        if wheel_needs.marker is None or wheel_needs.marker.evaluate(
            {"python_version": f"3.{minor}", "platform_machine": "x86_64"}
        ):
            (pin,) = pinned[canonicalize_name(wheel_needs.name)].specifier
            assert wheel_needs.specifier.contains(pin.version)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheel, built twice from two copies of the checkout without a connection."""
    built: list[Path] = []
    environment = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    for number in (1, 2):
        folder = tmp_path_factory.mktemp(f"build{number}")
        source, out = folder / "source", folder / "out"
        parts = ["edge_runtime", "workshop", "training", "export", "benchmarks", "tests"]
        for part in parts:
            shutil.copytree(
                ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__")
            )
        for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "conftest.py"):
            shutil.copy2(ROOT / name, source)
        for path in source.rglob("*.py"):
            os.utime(path, (1e9 * number, 1e9 * number))  # checked out on another day
        done = subprocess.run(
            [sys.executable, "-m", "pip", "wheel", "--disable-pip-version-check", "-q",
             "--no-deps", "--no-build-isolation", "--no-index", "-w", out, source],
            env=environment, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        built += out.glob("*.whl")
    return built


def test_wheel_holds_edge_runtime_only(wheels: list[Path]) -> None:
    info = f"cxr_edge-{__version__}.dist-info"
    with zipfile.ZipFile(wheels[0]) as archive:
        names = set(archive.namelist())
        headers = HeaderParser().parsestr(archive.read(f"{info}/METADATA").decode("utf-8"))
        scripts = archive.read(f"{info}/entry_points.txt").decode("utf-8")
    assert {name.split("/")[0] for name in names} == {"edge_runtime", info}
    assert {
        "edge_runtime/py.typed",
        "edge_runtime/models/LICENSE",
        "edge_runtime/models/NOTICE",
    } <= (names)
    modules = {f"edge_runtime/{path.name}" for path in (ROOT / "edge_runtime").glob("*.py")}
    models = {f"edge_runtime/models/{p.name}" for p in (ROOT / "edge_runtime/models").iterdir()}
    assert modules | models <= names
    assert sum(name.endswith("/LICENSE") for name in names) >= 2
    assert headers["Name"] == "cxr-edge"
    assert headers["Requires-Python"] == ">=3.10"
    assert headers["License"] == "Apache-2.0" or headers["License-Expression"] == "Apache-2.0"
    assert headers.get_all("Provides-Extra") == ["dicom"]
    assert "edge-infer = edge_runtime.__main__:command" in scripts


def test_wheel_is_reproducible(wheels: list[Path]) -> None:
    first, second = wheels
    assert first.read_bytes() == second.read_bytes()


@pytest.fixture(scope="module")
def alone(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages: the wheel, and links to the distributions that its pins name."""
    site = tmp_path_factory.mktemp("alone")
    with zipfile.ZipFile(wheels[0]) as archive:
        archive.extractall(site)
    for name in pins(f"wheel-3.{sys.version_info.minor}.txt"):
        distribution = importlib.metadata.distribution(name)
        for top in {file.parts[0] for file in distribution.files or []} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(str(distribution.locate_file(top)))
    return site


def python(site: Path, code: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run code where only the packages of `site` can be imported."""
    return subprocess.run(
        [sys.executable, "-S", "-c", code, *arguments],
        env={"PYTHONPATH": str(site)}, cwd=site, capture_output=True, text=True,
    )  # fmt: skip


def test_the_wheel_answers_where_there_is_nothing_else(
    alone: Path, tiny_model: Path, tmp_path: Path
) -> None:
    assert python(alone, "import tensorflow").returncode == 1
    (tmp_path / "film.png").write_bytes(png(film(90)))
    command = "import sys; from edge_runtime.cli import main; sys.exit(main())"
    done = python(alone, command, "--json", "--model", tiny_model, tmp_path / "film.png")
    assert done.returncode == 0, done.stderr
    (answer,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert answer["answer"] in ("covid", "normal")
    assert answer["model"]["name"] == "tiny-int8"

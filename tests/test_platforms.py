"""The table of docs/devices.md: each row has what it promises (see tests/platforms.py).

Rows that say "run" are run by tests/edge_runtime/test_installed_wheel.py, emulated ones by
tests/arm; here are the wheels, the syntax, and the message where there is no interpreter.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.tags import Tag, compatible_tags, cpython_tags
from packaging.utils import canonicalize_name, parse_wheel_filename

from benchmarks.boards.identity import BOARDS
from tests.environments import ROOT, python_of
from tests.platforms import OF_DEBIAN, PLATFORMS, Platform, wheel_files

OLDEST = (3, 10)
SERVED = [one for one in PLATFORMS if one.interpreter is not None]


def test_the_table_has_every_machine_and_python_once() -> None:
    named = [(one.machine, one.minor) for one in PLATFORMS]
    machines = ("aarch64", "armv7l", "x86_64")
    assert sorted(named) == [(machine, minor) for machine in machines for minor in range(10, 15)]
    assert [str(one) for one in PLATFORMS if one.interpreter is None] == [
        str(one) for one in PLATFORMS if one.shown == "message"
    ]


def test_what_is_emulated_has_a_board() -> None:
    shown = {one.machine: one.minor for one in PLATFORMS if one.shown == "emulation"}
    assert shown == {board.system: 11 for board in BOARDS.values()}  # Bookworm's Python


def supported(platform: Platform) -> set[Tag]:
    version = (3, platform.minor)
    return {
        *cpython_tags(version, platforms=platform.tags),
        *compatible_tags(version, platforms=platform.tags),
    }


@pytest.mark.parametrize("platform", SERVED, ids=str)
def test_every_pin_has_a_wheel_there(platform: Platform) -> None:
    lines = [line.split("#")[0].strip() for line in platform.pins.read_text().splitlines()]
    pinned = dict(line.split("==") for line in lines if line)
    for name in OF_DEBIAN.get(platform.machine, set()):
        del pinned[name]
    found: dict[str, str] = {}
    tags = supported(platform)
    for file in wheel_files(platform):
        name, version, _, fits = parse_wheel_filename(file)
        assert fits & tags, f"{file} does not install on {platform}"
        found[name] = str(version)
    assert found == {str(canonicalize_name(name)): version for name, version in pinned.items()}
    assert platform.interpreter in found


def test_a_wheel_of_another_platform_would_be_seen() -> None:
    native = [
        [file for file in wheel_files(one) if not file.endswith("-none-any.whl")] for one in SERVED
    ]
    for one, files in zip(SERVED, native, strict=True):
        for other in SERVED:
            if other.machine != one.machine:
                assert not any(parse_wheel_filename(f)[3] & supported(other) for f in files)


def modules() -> list[Path]:
    return sorted((ROOT / "edge_runtime").glob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.name)
def test_the_runtime_holds_to_the_oldest_syntax(path: Path) -> None:
    ast.parse(path.read_text("utf-8"), feature_version=OLDEST)


def test_newer_syntax_would_be_seen() -> None:
    with pytest.raises(SyntaxError):
        ast.parse("try:\n    pass\nexcept* OSError:\n    pass\n", feature_version=OLDEST)


@pytest.mark.parametrize("minor", [minor for minor in range(10, 15) if python_of(minor)])
def test_every_python_of_this_machine_compiles_it_without_a_warning(minor: int) -> None:
    python = python_of(minor)
    assert python is not None
    code = (
        "import pathlib, sys\n"
        "for name in sys.argv[1:]: compile(pathlib.Path(name).read_text('utf-8'), name, 'exec')"
    )
    done = subprocess.run(
        [python, "-W", "error", "-c", code, *modules()], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("bits", [32, 64])
def test_without_an_interpreter_the_message_knows_the_machine(bits: int) -> None:
    """What a 32-bit board with a newer Python says: nothing there can be installed."""
    program = (
        f"import sys; sys.maxsize = 2**{bits - 1} - 1\n"
        "sys.modules['ai_edge_litert'] = sys.modules['tflite_runtime'] = None\n"
        "from edge_runtime.cli import main; sys.exit(main(['--self-test']))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert "no interpreter for .tflite models is installed" in done.stderr
    wanted = "on 32-bit ARM use Python 3.11 or older" if bits == 32 else "pip install ai-edge"
    assert wanted in done.stderr

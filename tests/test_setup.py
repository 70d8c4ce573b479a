"""`scripts/setup` refuses other Pythons, and never installs into the one it starts from."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parent.parent

# Stands for a Python: says that it is 3.12 and notes what it was asked to do.
STUB = """#!/bin/sh
case "$1" in
-c) case "$2" in *version_info*) echo 3.12 ;; esac ;;
-m) echo "$PIP_REQUIRE_VIRTUALENV|$0|$*" >>"$CALLS" ;;
esac
"""


def setup(script: Path, python: Path, calls: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHON": str(python), "CALLS": str(calls)}
    return subprocess.run(
        [script], env=environment, capture_output=True, text=True, cwd=calls.parent
    )


def stub(path: Path, text: str = STUB) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def test_other_pythons_are_refused_in_one_line(tmp_path: Path) -> None:
    old = stub(tmp_path / "python3", "#!/bin/sh\necho 3.9\nexit 1\n")
    done = setup(ROOT / "scripts/setup", old, tmp_path / "calls")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "3.11, 3.12 or 3.13" in done.stderr and "is 3.9" in done.stderr


def test_a_half_made_environment_is_made_again(tmp_path: Path) -> None:
    # Cut short, a .venv can hold links to the Python it is made from and no pyvenv.cfg: pip
    # run through such a link would install into that Python.
    for folder in ("scripts", "requirements"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy2(ROOT / "setup.cfg", tmp_path)
    inside = stub(tmp_path / ".venv/bin/python")
    outside = stub(tmp_path / "python3")
    done = setup(tmp_path / "scripts/setup", outside, tmp_path / "calls")
    assert done.returncode == 0, done.stderr
    made, *rest = (tmp_path / "calls").read_text().splitlines()
    assert made == f"|{outside}|-m venv --clear {tmp_path}/.venv"
    installs = [line for line in rest if " install " in line]
    assert len(installs) == 2
    assert all(line.startswith(f"1|{inside}|-m pip ") for line in installs)


def test_nothing_is_done_twice(tmp_path: Path) -> None:
    for folder in ("scripts", "requirements"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy2(ROOT / "setup.cfg", tmp_path)
    stub(tmp_path / ".venv/bin/python")
    outside = stub(tmp_path / "python3")
    calls = tmp_path / "calls"
    setup(tmp_path / "scripts/setup", outside, calls)
    calls.unlink()
    assert setup(tmp_path / "scripts/setup", outside, calls).stderr == ""
    assert not calls.exists()
    with (tmp_path / "requirements/workshop-3.12.txt").open("a") as pins:
        pins.write("# changed\n")
    setup(tmp_path / "scripts/setup", outside, calls)
    assert " install " in calls.read_text()

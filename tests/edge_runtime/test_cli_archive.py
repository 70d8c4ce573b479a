"""`--workers`: many films, in order, whatever happens on the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_runtime import archive
from edge_runtime.errors import EdgeError
from edge_runtime.inputs import Task
from tests.edge_runtime.commands import draw, named, run, start, timeless
from tests.environments import ROOT
from tests.tiny import repacked

WORKERS = ("--workers", "2")


def children(pid: int) -> list[int]:
    """Processes that a process has started, by /proc."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()[1]
        except OSError:
            continue  # it has ended
        if int(parent) == pid:
            found.append(int(folder.name))
    return found


def all_gone(pids: list[int]) -> bool:
    """Whether processes have ended, given the time to."""
    for _ in range(600):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.05)
    return False


def test_several_workers_give_what_one_gives(tiny_model: Path, tmp_path: Path) -> None:
    films = draw(tmp_path / "films", 40)
    films[7].write_bytes(films[7].read_bytes()[:200])
    films[20].write_text("no picture")
    words = ("--json", "--model", tiny_model, films[0].parent)
    one, two = run(*words), run(*words, *WORKERS)
    assert (one[0], one[2]) == (two[0], two[2]) == (1, b"")
    assert timeless(one[1]) == timeless(two[1])
    assert named(two[1]) == list(map(str, films))
    assert ["error" in record for record in timeless(two[1])] == [
        place in (7, 20) for place in range(40)
    ]


def test_in_words_too(tiny_model: Path, tmp_path: Path) -> None:
    films = draw(tmp_path, 3)
    films[1].write_text("no picture")
    status, out, err = run("--model", tiny_model, *WORKERS, *films)
    assert status == 1 and out.count(b"\n") == 2
    assert err.startswith(b"edge-infer: error: ") and err.count(b"\n") == 1


def test_a_broken_model_is_said_once(tmp_path: Path) -> None:
    (film,) = draw(tmp_path, 1)
    broken = tmp_path / "broken.tflite"
    broken.write_text("broken")
    status, out, err = run("--model", broken, *WORKERS, film)
    assert (status, out, err.count(b"\n")) == (3, b"", 1)


def test_a_film_that_kills_its_worker(tiny_model: Path, tmp_path: Path) -> None:
    """Nothing comes through the pipe: the worker that reads it waits, until it is killed."""
    films = draw(tmp_path, 6)
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    with start("--json", "--model", tiny_model, *WORKERS, pipe, *films) as process:
        while (end := open_end(pipe)) is None:
            time.sleep(0.05)
        while not (reads := [pid for pid in children(process.pid) if has_open(pid, pipe)]):
            time.sleep(0.05)
        os.kill(reads[0], signal.SIGKILL)
        out, err = process.communicate()
        os.close(end)
    assert (process.returncode, err) == (1, b"")
    first, *others = timeless(out)
    assert first["file"] == str(pipe) and "signal 9" in first["error"]
    assert [one["file"] for one in others] == list(map(str, films))
    assert not any("error" in one for one in others)


def open_end(pipe: Path) -> int | None:
    """The end to write into, once somebody reads."""
    try:
        return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


def has_open(pid: int, path: Path) -> bool:
    """Whether a process has a file open."""
    try:
        links = [os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return False
    return str(path) in links


def test_killed_in_the_middle_and_resumed(tiny_model: Path, tmp_path: Path) -> None:
    films = draw(tmp_path / "films", 150)
    films[3].write_text("no picture")
    words = ("--model", tiny_model, *WORKERS, films[0].parent)
    status, whole, _ = run("--json", *words)
    assert status == 1
    record = tmp_path / "record.jsonl"
    with start(*words, "--resume", record) as process:
        while not record.exists() or record.read_bytes().count(b"\n") < 20:
            time.sleep(0.01)
        workers = children(process.pid)
        process.kill()
    assert len(workers) == 2 and all_gone(workers)
    before = record.read_bytes()
    assert 20 <= before.count(b"\n") < 150
    with record.open("ab") as stream:  # a line that was being written
        stream.write(whole.splitlines()[before.count(b"\n")][:57])
    status, out, err = run(*words, "--resume", record)
    assert (status, out, err) == (1, b"", b"")
    assert record.read_bytes().startswith(before)
    assert timeless(record.read_bytes()) == timeless(whole)
    done = record.read_bytes()
    assert run(*words, "--resume", record)[0] == 1 and record.read_bytes() == done


def test_interrupted_from_the_keyboard(tiny_model: Path, tmp_path: Path) -> None:
    films = draw(tmp_path, 20)
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)  # one worker waits for it without end
    with start("--json", "--model", tiny_model, *WORKERS, *films, pipe) as process:
        assert process.stdout and process.stderr
        assert json.loads(process.stdout.readline())["file"] == str(films[0])
        workers = children(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b""
        assert process.wait() == 130
    assert len(workers) == 2 and all_gone(workers)


def test_a_reader_that_goes_away(tiny_model: Path, tmp_path: Path) -> None:
    films = draw(tmp_path, 4) * 500
    with start("--json", "--model", tiny_model, *WORKERS, *films) as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline()
        workers = children(process.pid)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1
    assert len(workers) == 2 and all_gone(workers)


def test_modules_that_lie_about_are_not_imported(tiny_model: Path, tmp_path: Path) -> None:
    """A folder of films may hold a file json.py: it is no part of the command."""
    (film,) = draw(tmp_path, 1)
    (tmp_path / "json.py").write_text("raise SystemExit('imported what lay about')")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    call = "import sys; sys.path.pop(0); from edge_runtime.cli import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", call, "--model", tiny_model, *WORKERS, film],
        cwd=tmp_path, env=environment, capture_output=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_slow_film_does_not_fill_the_memory(tiny_model: Path, tmp_path: Path) -> None:
    """Tasks are taken as answers are, and not all of an archive at once."""
    (film,) = draw(tmp_path, 1)
    taken = 0

    def endless() -> Iterator[Task]:
        nonlocal taken
        while True:
            taken += 1
            yield Task(str(film), str(film))

    settings = {
        "model": str(tiny_model),
        "options": {},
        "answers": {"as_json": True, "explain": None},
    }
    with archive.Pool(settings, 2) as pool:
        found = pool.outcomes(endless())
        for _ in range(5):
            (one,) = next(found)
            assert one.kind == "answered"
        assert taken <= 5 + 2 * archive.AHEAD


def test_a_python_that_cannot_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "none"))
    settings = {"model": None, "options": {}, "answers": {"as_json": True, "explain": None}}
    with pytest.raises(EdgeError, match="no worker can be started"), archive.Pool(settings, 2):
        pass


@pytest.mark.parametrize("change", ["version", "threshold"])
def test_the_model_file_is_replaced_during_the_run(
    tiny_model: Path, tmp_path: Path, change: str
) -> None:
    """A worker that takes another's place would answer with what is there now."""
    films = draw(tmp_path, 3)
    pipe, model = tmp_path / "pipe.png", tmp_path / "model.tflite"
    os.mkfifo(pipe)
    model.write_bytes(tiny_model.read_bytes())
    other = {"version": "other"} if change == "version" else {"threshold": 0.25}
    with start("--json", "--model", model, *WORKERS, pipe, *films) as process:
        while (end := open_end(pipe)) is None:
            time.sleep(0.05)
        while not (reads := [pid for pid in children(process.pid) if has_open(pid, pipe)]):
            time.sleep(0.05)
        model.write_bytes(repacked(tiny_model.read_bytes(), other, {}))
        os.kill(reads[0], signal.SIGKILL)
        _, err = process.communicate()
        os.close(end)
    assert process.returncode == 3 and err.count(b"\n") == 1
    assert b"the model file was replaced during the run" in err

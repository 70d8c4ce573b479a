"""`edge-infer`: what it prints, where, and its exit status."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge_runtime import __version__, container
from edge_runtime.cli import main
from edge_runtime.contract import NOTICE
from edge_runtime.litert_c import LiteRtC
from tests.tiny import film, png, repacked

ROOT = Path(__file__).parents[2]
KEYS = {"schema", "file", "answer", "reason", "score", "threshold", "borderline", "turned",
        "probabilities", "novelty", "timing_ms", "model", "runtime", "notice"}  # fmt: skip


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """normal.png, covid.png, unfamiliar.png, blank.png, text.png, short.png, and no missing.png."""
    folder = tmp_path_factory.mktemp("films")
    pictures = {"normal": 90, "covid": 170, "unfamiliar": 240}
    for name, level in pictures.items():
        (folder / f"{name}.png").write_bytes(png(film(level, seed=1, size=200)))
    flat = film(90, size=200)
    flat[:] = 90
    (folder / "blank.png").write_bytes(png(flat))
    (folder / "text.png").write_text("not a picture\n")
    whole = (folder / "normal.png").read_bytes()
    (folder / "short.png").write_bytes(whole[: len(whole) // 2])
    return folder


class Said:
    """What one call printed, and its status."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tiny_model: Path, films: Path) -> Any:
    """`run("normal.png", "--json")`: main() on films of the folder with the tiny model."""

    def call(*words: str, model: Path | None = tiny_model) -> Said:
        named = [str(films / word) if word.endswith(".png") else word for word in words]
        chosen = ["--model", str(model)] if model else []
        capsys.readouterr()
        try:
            status = main([*chosen, *named])
        except SystemExit as end:  # argparse's own --help, --version and wrong use
            status = int(end.code or 0)
        return Said(status, *capsys.readouterr())

    return call


def test_films_stand_on_both_sides_of_an_option(run: Any) -> None:
    said = run("normal.png", "--json", "normal.png")
    assert said.status == 0 and len(said.objects()) == 2
    assert run("--json", "--", "normal.png").objects()


def test_a_check_that_is_asked_for_is_not_passed_over(run: Any) -> None:
    said = run("--benchmark", "1", "--self-test")
    assert said.status == 2 and "goes with --model and --threads alone" in said.err


def test_one_line_a_film(run: Any) -> None:
    said = run("normal.png", "covid.png")
    first, second = said.out.splitlines()
    assert said.status == 0 and said.err == ""
    assert "normal.png: normal" in first and "covid.png: covid" in second
    for line in (first, second):
        assert "score 0." in line and "threshold 0.501" in line and line.endswith(" ms")


def test_json_has_exactly_the_promised_keys(run: Any, films: Path) -> None:
    said = run("--json", "covid.png", "unfamiliar.png", "blank.png")
    one, two, three = said.objects()
    assert said.status == 0
    assert set(one) == set(two) == KEYS and next(iter(one)) == "schema"
    assert one["file"] == str(films / "covid.png") and one["schema"] == 1
    assert set(one["probabilities"]) == {"normal", "covid"}
    assert set(one["model"]) == {"name", "version", "graph_sha256", "precision"}
    assert set(one["runtime"]) == {"name", "api", "version", "delegate", "threads"}
    assert set(one["timing_ms"]) == {"decode", "resize", "invoke", "total"}
    assert (one["answer"], one["reason"], one["notice"]) == ("covid", None, NOTICE)
    assert (two["answer"], two["reason"]) == ("not_recognised", "unfamiliar")
    assert (three["answer"], three["reason"]) == ("not_recognised", "blank")


def test_a_refusal_is_a_result(run: Any) -> None:
    said = run("normal.png", "blank.png")
    assert said.status == 0
    assert "blank.png: not recognised (blank)" in said.out and said.err == ""


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_every_input_refused(run: Any, option: list[str]) -> None:
    assert run(*option, "blank.png", "unfamiliar.png").status == 4


@pytest.mark.parametrize("bad", ["missing.png", "text.png", "short.png"])
def test_a_bad_film_among_good_ones(run: Any, films: Path, bad: str) -> None:
    plain = run("normal.png", bad, "covid.png")
    assert plain.status == 1
    assert len(plain.out.splitlines()) == 2
    assert plain.err.startswith("edge-infer: error: ") and plain.err.count("\n") == 1
    assert str(films / bad) in plain.err
    listed = run("--json", "normal.png", bad, "blank.png")
    assert listed.status == 1 and listed.err == ""
    broken = listed.objects()[1]
    assert set(broken) == {"schema", "file", "error"}
    assert broken["file"] == str(films / bad) and str(films / bad) in broken["error"]


def test_a_folder_is_the_films_in_it(run: Any, films: Path) -> None:
    said = run("--json", str(films))
    names = sorted(path.name for path in films.iterdir())
    assert [Path(one["file"]).name for one in said.objects()] == names
    assert said.status == 1  # text.png and short.png are no pictures


@pytest.mark.parametrize("words", [
    [], ["--threads", "0", "normal.png"], ["--threads", "two", "normal.png"],
    ["--threshold", "1.5", "normal.png"], ["--threshold", "nan", "normal.png"],
    ["--nonsense", "normal.png"], ["--model"],
])  # fmt: skip
def test_wrong_use_is_one_line(run: Any, words: list[str]) -> None:
    said = run(*words)
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("edge-infer: error: ") and "--help" in said.err


def test_models_that_are_not_there_or_broken(run: Any, tiny_model: Path, tmp_path: Path) -> None:
    data = bytearray(tiny_model.read_bytes())
    data[len(container.split(bytes(data))[0]) // 2] ^= 4
    flipped = tmp_path / "flipped.tflite"
    flipped.write_bytes(data)
    swapped = tmp_path / "swapped.tflite"
    outputs = {"outputs": {"probabilities": 0, "heatmap": 1, "novelty": 2}}
    swapped.write_bytes(repacked(tiny_model.read_bytes(), outputs, {}))
    with_text = tmp_path / "text.tflite"
    with_text.write_text("text")
    for path in (flipped, swapped, with_text, tmp_path, tmp_path / "none.tflite"):
        said = run("normal.png", model=path)
        assert (said.status, said.out, said.err.count("\n")) == (3, "", 1), path
        assert said.err.startswith("edge-infer: error: ")


def test_a_model_that_breaks_on_the_way(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = LiteRtC.run
    calls: list[bytes] = []

    def broken(self: LiteRtC, pixels: bytes) -> dict[str, tuple[float, ...]]:
        calls.append(pixels)
        outputs = sound(self, pixels)
        return outputs if len(calls) < 3 else {**outputs, "novelty": (float("nan"),)}

    monkeypatch.setattr(LiteRtC, "run", broken)
    said = run("normal.png", "covid.png")
    assert said.status == 3
    assert said.out.count("\n") == 1 and said.err.count("\n") == 1


def test_threshold_and_threads(run: Any) -> None:
    (said,) = run("--json", "--threshold", "0", "--threads", "2", "normal.png").objects()
    assert (said["answer"], said["threshold"], said["runtime"]["threads"]) == ("covid", 0.0, 2)


def test_info_is_json(run: Any) -> None:
    said = run("--info")
    data = json.loads(said.out)
    assert said.status == 0 and set(data) == {"contract", "runtime"}
    assert data["contract"]["name"] == "tiny-int8" and data["runtime"]["name"] == "litert"


def test_self_test(run: Any, tiny_model: Path, tmp_path: Path) -> None:
    said = run("--self-test")
    assert said.status == 0 and said.out.count(": passed") == 3
    listed = run("--self-test", "--json")
    assert [one["name"] for one in listed.objects()] == ["undecided", "ordinary", "refused"]
    goldens = json.loads(container.split(tiny_model.read_bytes())[1][container.GOLDEN])
    goldens["items"][2]["novelty"] += 0.1
    wrong = tmp_path / "wrong.tflite"
    files = {container.GOLDEN: json.dumps(goldens).encode()}
    wrong.write_bytes(repacked(tiny_model.read_bytes(), {}, files))
    failed = run("--self-test", model=wrong)
    assert failed.status == 3 and failed.out.count("FAILED") == 1


def test_help_and_version(run: Any) -> None:
    said = run("--help")
    assert said.status == 0 and "not a medical device" in said.out
    assert run("--version").out == f"edge-infer {__version__}\n"


# As a process of its own


def start(*words: str, **options: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "edge_runtime", *words]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, **options)


def test_a_reader_that_goes_away(tiny_model: Path, films: Path) -> None:
    many = [str(films / "normal.png")] * 2000
    with start("--json", "--model", str(tiny_model), *many, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        assert json.loads(process.stdout.readline())["answer"] == "normal"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


def test_interrupted_from_the_keyboard(tiny_model: Path, films: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)  # nobody writes into it, so that the second film never comes
    words = ["--json", "--model", str(tiny_model), str(films / "normal.png"), str(pipe)]
    with start(*words, stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b""
        assert process.wait() == 130


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk(tiny_model: Path, films: Path) -> None:
    with open("/dev/full", "wb") as full:
        words = ["--model", str(tiny_model), str(films / "normal.png")]
        with start(*words, stdout=full) as process:
            assert process.stderr
            said = process.stderr.read()
    assert process.returncode == 1
    assert said.startswith(b"edge-infer: error: the output cannot be written") and (
        said.count(b"\n") == 1
    )


def test_no_output_at_all(tiny_model: Path, films: Path) -> None:
    command = 'exec "$0" -m edge_runtime --model "$1" "$2" >&-'
    words = [sys.executable, str(tiny_model), str(films / "normal.png")]
    done = subprocess.run(["sh", "-c", command, *words], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr == "edge-infer: error: there is no standard output to write to\n"


def test_a_name_that_is_no_text(tiny_model: Path, films: Path, tmp_path: Path) -> None:
    odd = os.fsencode(tmp_path) + b"/odd\xff\nname.png"
    shutil.copy(films / "normal.png", os.fsdecode(odd))
    missing = os.fsencode(tmp_path) + b"/none\xff\nat all.png"
    names = [os.fsdecode(odd), os.fsdecode(missing)]
    with start("--model", str(tiny_model), *names, stdout=subprocess.PIPE) as process:
        out, err = process.communicate()
    assert process.returncode == 1
    assert out.count(b"\n") == 1 and rb"odd\udcff" in out and b": normal" in out
    assert err.count(b"\n") == 1 and rb"none\udcff" in err

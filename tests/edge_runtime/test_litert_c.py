"""LiteRT's C API gives what its Interpreter gives, and is left alone where it is not known."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge_runtime import container, golden, litert_library
from edge_runtime.errors import InterpreterError, ModelError
from edge_runtime.interpreters import open_interpreter
from edge_runtime.litert_c import LiteRtC, open_litert_c
from edge_runtime.model import BUNDLED, Model, model_path
from edge_runtime.pixels import film_pixels
from tests.environments import ROOT
from tests.tiny import film, png, repacked
from workshop.phantoms import write_set

FIXTURES = ["tiny_model", "tiny_float_model"]


def graph_of(path: Path) -> bytes:
    return container.split(path.read_bytes())[0]


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("phantoms")
    write_set(folder, 12, 5)
    return sorted(folder.glob("films/*.png"))


@pytest.mark.parametrize("threads", [1, 2])
def test_the_bundled_model_answers_to_the_bit_as_in_the_interpreter(
    films: list[Path], threads: int
) -> None:
    path = model_path(BUNDLED)
    graph = graph_of(path)
    one, other = open_litert_c(graph, threads), open_interpreter(graph, threads)
    with Model.open() as model:
        pictures = [item.pixels() for item in model.goldens.items]
    pictures += [film_pixels(film, one.input_size) for film in films]
    assert len(pictures) == 15
    for pixels in pictures:
        assert one.run(pixels) == other.run(pixels)


@pytest.mark.parametrize("fixture", FIXTURES)
def test_small_models_answer_to_the_bit_as_in_the_interpreter(
    request: pytest.FixtureRequest, fixture: str
) -> None:
    graph = graph_of(request.getfixturevalue(fixture))
    one, other = open_litert_c(graph), open_interpreter(graph)
    for name in (
        "name", "version", "delegate", "threads", "input_size", "input_dtype", "input_scale",
        "input_zero_point", "positions", "family",
    ):  # fmt: skip
        assert getattr(one, name) == getattr(other, name), name
    assert (one.api, other.api) == ("c", "python")
    for level in range(10, 250, 12):
        pixels = film(level, seed=level).tobytes()
        assert one.run(pixels) == other.run(pixels)


def test_the_c_api_is_what_a_model_takes(tiny_model: Path) -> None:
    with Model.open(tiny_model) as model:
        assert model.runtime()["api"] == "c"
        assert model.runtime()["version"] in litert_library.VERSIONS
    with Model.open(tiny_model, interpreter="litert") as model:
        assert model.runtime()["api"] == "python"


def test_a_whole_prediction_imports_no_numpy(tiny_model: Path, tmp_path: Path) -> None:
    picture = tmp_path / "film.png"
    picture.write_bytes(png(film(170, seed=1, size=300)))
    program = (
        "import sys; from edge_runtime import Model\n"
        "with Model.open(sys.argv[1]) as model:\n"
        "    print(model.predict(sys.argv[2]).answer)\n"
        "print(sorted({'numpy', 'ai_edge_litert'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tiny_model, picture],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "covid\n[]\n", "")


def test_an_untried_version_is_left_to_the_interpreter(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(litert_library, "VERSIONS", ("9.9.9",))
    with pytest.raises(InterpreterError, match=r"tried in 9\.9\.9; another one is installed"):
        litert_library.find()
    with Model.open(tiny_model) as model:
        assert model.runtime()["api"] == "python"
    with pytest.raises(InterpreterError, match=r"tried in 9\.9\.9"):
        Model.open(tiny_model, interpreter="litert-c")


@pytest.mark.parametrize("what", ["missing", "no library", "without the functions"])
def test_a_library_that_does_not_serve_is_left_to_the_interpreter(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    package = tmp_path / "ai_edge_litert"
    package.mkdir()
    (tmp_path / f"ai_edge_litert-{litert_library.VERSIONS[0]}.dist-info").mkdir()
    library = "none.so"
    if what != "missing":
        library = "other.so"
        (package / library).write_bytes(b"\0" * 64)
    if what == "without the functions":
        import _ctypes

        (package / library).unlink()
        (package / library).symlink_to(Path(_ctypes.__file__).resolve())
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(litert_library, "LIBRARY", library)
    says = {
        "missing": "no ai-edge-litert with the C API is installed",
        "no library": "does not load",
        "without the functions": "is not in LiteRT's library",
    }[what]
    with pytest.raises(InterpreterError, match=says):
        open_litert_c(graph_of(tiny_model))
    with Model.open(tiny_model) as model:
        assert model.runtime()["api"] == "python"


def test_a_wrong_golden_output_is_left_to_the_interpreter(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = LiteRtC.run

    def off(self: LiteRtC, pixels: bytes) -> dict[str, tuple[float, ...]]:
        outputs = run(self, pixels)
        return {**outputs, "novelty": (outputs["novelty"][0] + 0.01,)}

    monkeypatch.setattr(LiteRtC, "run", off)
    with Model.open(tiny_model) as model:
        assert model.runtime()["api"] == "python"
        assert all(one.passed for one in model.self_test())
    with pytest.raises(ModelError, match="golden output .novelty 0.01 off"):
        Model.open(tiny_model, interpreter="litert-c")


def test_a_model_that_both_get_wrong_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    data = tiny_model.read_bytes()
    goldens = golden.from_json(container.split(data)[1][container.GOLDEN])
    first = goldens.items[0]._replace(novelty=goldens.items[0].novelty + 0.01)
    text = golden.to_json(goldens._replace(items=(first,)))
    path = tmp_path / "wrong.tflite"
    path.write_bytes(repacked(data, {}, {container.GOLDEN: text.encode()}))
    with pytest.raises(ModelError, match="does not give this model's golden output"):
        Model.open(path)


def test_outputs_are_found_by_the_signature(tiny_model: Path) -> None:
    graph = bytearray(graph_of(tiny_model))
    places = [graph.rindex(name + b"\0") for name in (b"heatmap", b"novelty")]
    graph[places[0] : places[0] + 7], graph[places[1] : places[1] + 7] = b"novelty", b"heatmap"
    swapped, straight = open_litert_c(bytes(graph)), open_litert_c(graph_of(tiny_model))
    assert swapped.positions == open_interpreter(bytes(graph)).positions
    pixels = film(90).tobytes()
    assert swapped.run(pixels)["novelty"] == straight.run(pixels)["heatmap"]


def test_a_signature_without_our_names_is_refused(tiny_graphs: dict[str, bytes]) -> None:
    renamed = tiny_graphs["int8"].replace(b"novelty\0", b"surpris\0")
    with pytest.raises(ModelError, match="no output named 'novelty'"):
        open_litert_c(renamed)


def test_a_closed_model_gives_its_memory_back_and_no_answer(tiny_model: Path) -> None:
    native = open_litert_c(graph_of(tiny_model))
    assert native.native.handles.held
    native.close()
    native.close()
    assert not native.native.handles.held
    with pytest.raises(ModelError, match="the model is closed"):
        native.run(film(90).tobytes())
    for name in ("litert-c", "litert"):
        with Model.open(tiny_model, interpreter=name) as model:
            pass
        with pytest.raises(ModelError, match="the model is closed"):
            model.run(film(90).tobytes())


def test_opening_again_and_again_keeps_no_memory() -> None:
    program = (
        "from edge_runtime import Model\n"
        "def resident():\n"
        "    text = open('/proc/self/status').read()\n"
        "    return int(text.partition('VmRSS:')[2].split()[0])\n"
        "def use(times):\n"
        "    for _ in range(times):\n"
        "        Model.open().close()\n"
        "    return resident()\n"
        "print(use(5), use(20))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True,
        # Fixed, or malloc learns to keep a model's memory for the next one, now and then.
        env={**os.environ, "MALLOC_MMAP_THRESHOLD_": str(1 << 17)},
    )  # fmt: skip
    before, after = map(int, done.stdout.split())
    assert after - before < 4 * 1024, done.stdout  # KiB; one model is 6 MiB


def test_nothing_is_written_to_stderr(tiny_model: Path, capfd: pytest.CaptureFixture[Any]) -> None:
    with Model.open(tiny_model) as model:
        model.run(film(90).tobytes())
    del model
    assert capfd.readouterr().err == ""

"""Opening a model file, and how a film's answer comes about."""

from __future__ import annotations

import io
import os
import threading
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from edge_runtime import container, model_file, resolver
from edge_runtime.errors import FilmError, ModelError, UsageError
from edge_runtime.litert_c import LiteRtC
from edge_runtime.model import BUNDLED, Model, model_path
from tests.tiny import film, png, repacked


@pytest.fixture(scope="module")
def opened(tiny_model: Path) -> Model:
    return Model.open(tiny_model)


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


# Opening


def test_a_flipped_bit_in_the_graph_is_damage(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def native(*_: Any) -> Any:
        raise AssertionError("native code saw a damaged graph")

    monkeypatch.setattr(resolver, "open_graph", native)
    data = tiny_model.read_bytes()
    graph, _ = container.split(data)
    for place in (0, 8, len(graph) // 2, len(graph) - 1):
        damaged = bytearray(data)
        damaged[place] ^= 1
        with pytest.raises(ModelError, match="is damaged: its graph"):
            Model.open(write(tmp_path / "damaged.tflite", bytes(damaged)))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused(tiny_model: Path, tmp_path: Path, share: float) -> None:
    data = tiny_model.read_bytes()
    with pytest.raises(ModelError, match="cut short|are damaged"):
        Model.open(write(tmp_path / "short.tflite", data[: int(len(data) * share)]))


def test_a_bare_graph_is_refused(tiny_graphs: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="carries no contract"):
        Model.open(write(tmp_path / "bare.tflite", tiny_graphs["int8"]))


def test_no_graph_with_a_contract_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    graph = b"no FlatBuffer at all" * 100
    _, files = container.split(tiny_model.read_bytes())
    data = repacked(container.append(graph, files), {"graph_sha256": container.sha256(graph)}, {})
    with pytest.raises(ModelError, match="cannot load the model"):
        Model.open(write(tmp_path / "none.tflite", data))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"outputs": {"probabilities": 0, "heatmap": 0, "novelty": 0}}, "says outputs"),
        ({"input_size": 224}, "says input size 224, here it is 64"),
        ({"input_dtype": "float32"}, "says input type float32"),
        ({"input_scale": 0.5}, "says input scale"),
        ({"labels": ("covid", "normal")}, "says labels"),
        ({"film_rules": {"moonlight": 1.0}}, "film rule 'moonlight' unknown here"),
        ({"pixels": 99}, "says pixel definition 99.*update cxr-edge"),
        ({"heatmap_grid": 7}, "'heatmap' is not 49 finite numbers"),
    ],
)
def test_a_contract_that_the_graph_contradicts(
    tiny_model: Path, tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    data = repacked(tiny_model.read_bytes(), change, {})
    with pytest.raises(ModelError, match=says):
        Model.open(write(tmp_path / "other.tflite", data))


@pytest.mark.parametrize("fixture", ["tiny_model", "tiny_float_model"])
def test_swapped_outputs_are_noticed(
    request: pytest.FixtureRequest, fixture: str, tmp_path: Path
) -> None:
    """Two names of one length exchanged inside the graph: the digest is right, the sense wrong."""
    data = request.getfixturevalue(fixture).read_bytes()
    graph, files = container.split(data)
    at = {name: graph.rindex(name + b"\0") for name in (b"heatmap", b"novelty")}
    swapped = bytearray(graph)
    swapped[at[b"heatmap"] : at[b"heatmap"] + 7] = b"novelty"
    swapped[at[b"novelty"] : at[b"novelty"] + 7] = b"heatmap"
    other = container.append(bytes(swapped), files)
    digest = {"graph_sha256": container.sha256(bytes(swapped))}
    path = write(tmp_path / "swapped.tflite", repacked(other, digest, {}))
    with pytest.raises(ModelError, match="contract says outputs"):
        Model.open(path)
    # Even a contract that was made to agree does not help.
    with Model.open(request.getfixturevalue(fixture)) as model:
        said = dict(model.contract.outputs)
    said["heatmap"], said["novelty"] = said["novelty"], said["heatmap"]
    path.write_bytes(repacked(other, {**digest, "outputs": said}, {}))
    with pytest.raises(ModelError, match="is not 16 finite numbers"):
        Model.open(path)


def test_names_and_paths(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_file, "FOLDER", tmp_path)
    with pytest.raises(ModelError, match="no model 'cxr-.*none is bundled"):
        model_path()
    (tmp_path / f"{BUNDLED}.tflite").write_bytes(tiny_model.read_bytes())
    assert model_path() == model_path(BUNDLED) == tmp_path / f"{BUNDLED}.tflite"
    assert model_path(tiny_model) == model_path(str(tiny_model)) == tiny_model
    with pytest.raises(ModelError, match=f"no model 'other'.*bundled: {BUNDLED}"):
        model_path("other")
    with pytest.raises(ModelError, match="give the path"):
        model_path(tmp_path)
    with Model.open() as model:
        assert model.contract.name == "tiny-int8"


# Answers


def test_rules_come_before_novelty_and_novelty_before_the_score(opened: Model) -> None:
    contract = opened.contract
    bright, flat = film(240).tobytes(), bytes([250]) * 64**2
    plain = film(90).tobytes()
    unsure, above = (0.9, 0.1), contract.novelty_threshold + 0.01
    assert opened.decide(flat, unsure, above) == ("not_recognised", "blank")
    assert opened.decide(bright, unsure, above) == ("not_recognised", "unfamiliar")
    assert opened.decide(plain, unsure, contract.novelty_threshold) == ("normal", None)
    assert opened.decide(plain, (0.499, 0.501), 0.0) == ("covid", None)  # at the threshold
    assert opened.decide(plain, (0.5, 0.5009), 0.0) == ("normal", None)
    assert opened.decide(plain, (0.5, 0.5009), 0.0, threshold=0.5) == ("covid", None)


def test_prediction_of_a_film(opened: Model, tmp_path: Path) -> None:
    path = write(tmp_path / "film.png", png(film(170, size=300)))
    said = opened.predict(path)
    assert (said.file, said.answer, said.reason) == (str(path), "covid", None)
    assert said.score == said.probabilities["covid"] > said.threshold == 0.501
    assert [len(row) for row in said.heatmap] == [4] * 4
    assert set(said.timing_ms) == {"decode", "resize", "invoke", "total"}
    assert said.model["graph_sha256"] == opened.contract.graph_sha256
    assert said.runtime["name"] == "litert" and said.runtime["threads"] == 1
    assert said.notice == opened.contract.notice
    again = [
        opened.predict(source) for source in (path.read_bytes(), io.BytesIO(path.read_bytes()))
    ]
    assert {(one.score, one.novelty, one.heatmap) for one in again} == {
        (said.score, said.novelty, said.heatmap)
    }
    assert [one.score for one in opened.predict_many([path, path])] == [said.score] * 2
    with path.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as mapped:
        assert opened.predict(mapped).score == said.score
    assert opened.predict(Inside(os.fsencode(path))).file == str(path)


class Inside:
    """A path whose text is bytes, as the file system has it."""

    def __init__(self, path: bytes) -> None:
        self._path = path

    def __fspath__(self) -> bytes:
        return self._path


def test_a_film_that_cannot_be_read_does_not_end_the_others(opened: Model, tmp_path: Path) -> None:
    path = write(tmp_path / "film.png", png(film(170, size=300)))
    found = opened.predict_many([path, tmp_path / "none.png", path])
    assert next(found).answer == "covid"
    with pytest.raises(FilmError, match="does not exist"):
        next(found)
    assert [one.answer for one in found] == ["covid"]


@pytest.mark.parametrize("interpreter", ["litert-c", "litert"])
@pytest.mark.parametrize(
    "asked", [{"threshold": float("nan")}, {"threshold": 7}, {"threshold": -0.1}, {"threads": 0},
              {"threads": -3}, {"threads": 65}],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_refused(
    tiny_model: Path, interpreter: str, asked: dict[str, Any]
) -> None:
    with pytest.raises(UsageError, match=f"{next(iter(asked))} is .*, not a number from"):
        Model.open(tiny_model, interpreter=interpreter, **asked)
    with Model.open(os.fsencode(tiny_model), threshold=1, threads=1) as model:  # type: ignore[arg-type]
        assert model.threshold == 1


def test_borderline_is_near_the_threshold_and_never_a_refusal(tiny_model: Path) -> None:
    picture = Image.fromarray(film(170, size=300))
    with Model.open(tiny_model) as model:
        score = model.predict(picture).score
        assert not model.predict(picture).borderline
        width = model.contract.borderline_width
    for off, borderline in ((0.0, True), (0.9, True), (1.1, False)):
        with Model.open(tiny_model, threshold=score - off * width) as model:
            said = model.predict(picture)
            assert (said.answer, said.borderline) == ("covid", borderline)
            model.contract = model.contract._replace(novelty_threshold=0.0)
            refused = model.predict(picture)
            assert (refused.answer, refused.borderline) == ("not_recognised", False)


def test_a_threshold_of_ones_own_leaves_the_golden_inputs_alone(tiny_model: Path) -> None:
    with Model.open(tiny_model, threshold=0.0) as model:
        assert all(one.passed for one in model.self_test())
        assert model.predict(Image.fromarray(film(90))).answer == "covid"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("name", ["probabilities", "heatmap", "novelty"])
def test_an_output_that_is_no_number_is_no_answer(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: float
) -> None:
    model = Model.open(tiny_model)
    run = LiteRtC.run

    def broken(self: LiteRtC, pixels: bytes) -> dict[str, tuple[float, ...]]:
        outputs = run(self, pixels)
        return {**outputs, name: (*outputs[name][:-1], value)}

    monkeypatch.setattr(LiteRtC, "run", broken)
    with pytest.raises(ModelError, match=f"'{name}' is not"):
        model.predict(Image.fromarray(film(90)))


def test_pixels_of_another_size_are_refused(opened: Model) -> None:
    with pytest.raises(ModelError, match="takes 64x64 pixels, not 9"):
        opened.run(bytes(9))


def test_a_broken_film_leaves_the_model_usable(opened: Model, tmp_path: Path) -> None:
    with pytest.raises(FilmError):
        opened.predict(write(tmp_path / "broken.png", b"text"))
    assert opened.predict(Image.fromarray(film(90))).answer == "normal"


def test_threads_may_share_a_model(opened: Model) -> None:
    films = [film(level, seed=level).tobytes() for level in range(40, 220, 10)]
    alone = [opened.run(pixels) for pixels in films]
    together: list[Any] = [None] * len(films)

    def work(number: int) -> None:
        together[number] = opened.run(films[number])

    workers = [threading.Thread(target=work, args=(number,)) for number in range(len(films))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert together == alone


def test_two_threads_of_the_interpreter_agree_with_one(tiny_model: Path, opened: Model) -> None:
    pixels = film(120).tobytes()
    with Model.open(tiny_model, threads=2) as model:
        assert model.runtime()["threads"] == 2
        assert model.run(pixels) == opened.run(pixels)

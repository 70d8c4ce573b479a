"""One task -> its outcomes: what is printed for a film, and how it ended."""

from __future__ import annotations

import io
import json
import os
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from edge_runtime.contract import PREDICTION_SCHEMA
from edge_runtime.errors import FilmError, one_line
from edge_runtime.inputs import STDIN, Task
from edge_runtime.turned import TURNED

if TYPE_CHECKING:
    from edge_runtime.model import Model

__all__ = ["Outcome", "answers", "failure", "pages_of"]

REDUCED = 254, 1  # TIFF's tag and bit: a page that is another page, made smaller


class Outcome(NamedTuple):
    """How one film ended; `line` goes to stdout, but for a failure that is told in words."""

    kind: str  # "answered" | "refused" | "failed"
    line: str


def answers(
    model: Model, task: Task, *, as_json: bool, explain: str | None = None
) -> Iterator[Outcome]:
    """The outcome of a film, or of each of its pages. Raises `ModelError`, `StorageError`."""
    try:
        if task.error is not None:
            raise FilmError(task.error)
        task = _held(task)
        tiff = _is_tiff(task)
        pages = _tiff_pages(task) if tiff else [1]
        if task.page is not None and task.page not in pages:
            raise FilmError(
                f"{one_line(task.name)}: there is no such page that is a film of its own; "
                f"there is {_ranges(pages)}"
            )
    except FilmError as error:
        yield failure(task.name, str(error), as_json=as_json)
        return
    if pages == [1] and task.page in (None, 1):
        yield _answer(model, task, None, tiff, as_json, explain)
        return
    for page in pages if task.page is None else [task.page]:
        if page not in task.done:
            yield _answer(model, task, page, tiff, as_json, explain)


def failure(name: str, error: str, *, as_json: bool) -> Outcome:
    """The outcome of an input that could not be read."""
    if not as_json:
        return Outcome("failed", error)
    return Outcome(
        "failed", json.dumps({"schema": PREDICTION_SCHEMA, "file": name, "error": error})
    )


def _answer(
    model: Model, task: Task, page: int | None, tiff: bool, as_json: bool, explain: str | None
) -> Outcome:
    name = task.name if page is None or task.page is not None else f"{task.name}#{page}"
    try:
        with _quiet(tiff):
            found = model.answer(_source(task, page, name)) | {"file": name}
            picture = None
            if explain is not None:
                from edge_runtime.explain import explained
                from edge_runtime.prediction import Prediction

                film = _source(task, page, name)
                picture = explained(Prediction(**found), film, explain, _identity(task, name))
    except FilmError as error:
        return failure(name, str(error), as_json=as_json)
    kind = "refused" if found["answer"] == "not_recognised" else "answered"
    if as_json:
        del found["heatmap"]
        more = {} if picture is None else {"picture": picture}
        return Outcome(kind, json.dumps(found | more))
    return Outcome(kind, _line(found) + (f", {one_line(picture)}" if picture else ""))


@contextmanager
def _quiet(tiff: bool) -> Iterator[None]:
    """Decoders' remarks on odd headers and damaged data are not for the user."""
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        if tiff:  # its library prints what it raises as well
            from edge_runtime.native_messages import native_messages

            with suppress(OSError):  # too many open files: then it may be heard
                stack.enter_context(native_messages())
        yield


def _line(one: dict[str, Any]) -> str:
    time = f"{one['timing_ms']['total']:.1f} ms"
    name = one_line(one["file"])
    way = f", {TURNED[one['turned']]}" if one["turned"] else ""
    if one["answer"] == "not_recognised":
        return f"{name}: not recognised ({one['reason']}){way}, {time}"
    margin = ", borderline" if one["borderline"] else ""
    score = f"score {one['score']:.3f}, threshold {one['threshold']:.3f}"
    return f"{name}: {one['answer']}{margin} ({score}){way}, {time}"


def _identity(task: Task, name: str) -> bytes:
    """What tells this film from every other, wherever the command was started."""
    if task.data is not None:
        return task.data + os.fsencode(name)
    return os.fsencode(os.path.abspath(task.path) + name[len(task.path) :])


class _Named(io.BytesIO):
    """Bytes that errors call by a name."""

    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = "standard input" if name == STDIN else name


def _held(task: Task) -> Task:
    """With the bytes of a pipe, which can be read once: its pages and its picture ask again."""
    if task.data is not None or os.path.isfile(task.path) or os.path.isdir(task.path):
        return task
    from edge_runtime.pixels import held

    try:
        with open(task.path, "rb") as pipe:
            return task._replace(data=held(pipe).getvalue())
    except FilmError as error:
        raise FilmError(f"{one_line(task.name)} {error}") from error
    except (OSError, ValueError):  # the model's own reading says what is wrong with it
        return task


def _source(task: Task, page: int | None, name: str) -> Any:
    """What the model is to read: the path, the bytes, or a page's picture."""
    if page is None:
        return task.path if task.data is None else _Named(task.data, task.path)
    from PIL import Image

    from edge_runtime.formats import check_size
    from edge_runtime.pixels import MAX_PIXELS, TOO_LARGE

    try:
        picture: Any = Image.open(_opened(task), formats=("TIFF",))
        picture.seek(page - 1)
        check_size(picture, MAX_PIXELS, TOO_LARGE)
    except FilmError as error:
        raise FilmError(f"{one_line(name)} {error}") from error
    except Exception as error:  # decoders raise anything on damaged bytes
        raise FilmError(f"{one_line(name)} cannot be decoded ({one_line(error)[:80]})") from error
    picture.filename = name
    return picture


def _opened(task: Task) -> Any:
    return task.path if task.data is None else io.BytesIO(task.data)


def pages_of(task: Task) -> list[int]:
    """The pages that are films of their own, counted from 1: of a TIFF, else [1]."""
    return _tiff_pages(task) if _is_tiff(task) else [1]


def _tiff_pages(task: Task) -> list[int]:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(_opened(task), formats=("TIFF",)) as picture:
                several: Any = picture
                count = several.n_frames
                if count == 1:
                    return [1]
                tag, bit = REDUCED
                kept = []
                for page in range(count):
                    several.seek(page)
                    if not int(several.tag_v2.get(tag, 0)) & bit:
                        kept.append(page + 1)
                return kept or [1]
    except Exception:  # the model's own reading says what is wrong with it
        return [1]


def _ranges(pages: list[int]) -> str:
    """`1-3, 5, 7-9`, cut off where it grows long."""
    said: list[str] = []
    first = pages[0]
    for page, after in zip(pages, [*pages[1:], 0], strict=True):
        if after != page + 1:
            said.append(str(page) if page == first else f"{first}-{page}")
            first = after
    return one_line(", ".join(said), 60)


def _is_tiff(task: Task) -> bool:
    from edge_runtime.formats import FORMATS

    head = task.data
    if head is None:
        try:
            with open(task.path, "rb") as stream:
                head = stream.read(4)
        except (OSError, ValueError):
            return False
    return head.startswith(FORMATS["TIFF"])

"""`edge-infer`: films in, one line or one JSON object a film out."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from edge_runtime.answers import answers
from edge_runtime.errors import EdgeError, StorageError, one_line
from edge_runtime.inputs import STDIN, expand

if TYPE_CHECKING:
    from edge_runtime.answers import Outcome
    from edge_runtime.archive import Pool
    from edge_runtime.inputs import Task
    from edge_runtime.model import Model

__all__ = ["DEFAULTS", "USAGE", "complain", "main", "say"]

DONE, FAILED, USAGE, REFUSED = 0, 1, 2, 4
DEFAULTS: dict[str, Any] = {
    "model": None, "json": False, "explain": None, "threshold": None, "threads": 1, "workers": 1,
    "resume": None, "no_contract": False, "info": False, "self_test": False, "benchmark": None,
    "completion": None,
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status, never raises for bad input."""
    if sys.stdout is None:
        complain("there is no standard output to write to")
        return FAILED
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file's name may hold bytes that are no text; it is printed all the same.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return _run(_options(sys.argv[1:] if arguments is None else arguments))
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain of it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return 130
    except EdgeError as error:
        complain(error)
        return error.exit_code
    except OSError as error:  # the system's, of neither a film nor the output: those say so
        place = f": {error.filename}" if error.filename else ""
        complain(f"the run cannot go on: {error.strerror or error}{place}")
        return FAILED


def complain(error: object) -> None:
    """One line, whatever a file's name or a library's message holds.

    Where it cannot be written the run goes on: the films can be answered all the same.
    """
    with contextlib.suppress(OSError, ValueError):
        colour = _watched() and "NO_COLOR" not in os.environ
        word = "\x1b[31merror:\x1b[0m" if colour and os.environ.get("TERM") != "dumb" else "error:"
        if sys.stderr is not None:  # `print` would take stdout for it
            print("edge-infer:", word, one_line(error), file=sys.stderr)


def say(text: str, end: str = "\n") -> None:
    """Write to stdout at once. Raises `BrokenPipeError`, and `StorageError` for the rest."""
    try:
        print(text, end=end, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StorageError(f"the output cannot be written: {error.strerror or error}") from error


def _watched() -> bool:
    """Whether stderr is there, and a terminal."""
    return sys.stderr is not None and sys.stderr.isatty()


def _options(arguments: Sequence[str]) -> SimpleNamespace:
    """What the command line asks for; wrong use ends the process with one line."""
    plain = [word for word in arguments if word == STDIN or not word.startswith("-")]
    if len(plain) == len(arguments):
        return SimpleNamespace(**DEFAULTS, films=plain)  # argparse takes as long as the network
    from edge_runtime.options import parser

    # Films may stand on both sides of an option; but that way of argparse's knows no "--".
    end = list(arguments).index("--") if "--" in arguments else len(arguments)
    options = parser().parse_intermixed_args(arguments[:end], SimpleNamespace())
    options.films = [*options.films, *arguments[end + 1 :]]
    return options


def _run(options: SimpleNamespace) -> int:
    if options.completion:
        from edge_runtime.completion import script
        from edge_runtime.options import parser

        say(script(options.completion, parser()), end="")
        return DONE
    if not (options.films or options.info or options.self_test or options.benchmark):
        complain("no film given; see edge-infer --help")
        return USAGE
    if options.benchmark and options.films:
        complain("--benchmark takes no film: it times the model on an input of its own")
        return USAGE
    if options.benchmark:
        alone = {"benchmark", "model", "threads", "json"}  # JSON is what it prints anyway
        if any(getattr(options, name) != DEFAULTS[name] for name in DEFAULTS.keys() - alone):
            complain("--benchmark goes with --model and --threads alone")
            return USAGE
        from edge_runtime.probe import measure

        _collect()
        say(measure(options.model, options.benchmark, options.threads).to_json())
        return DONE
    opened: dict[str, Any] = {"threads": options.threads, "threshold": options.threshold}
    if options.no_contract:
        opened["no_contract"] = True
    answered = {"as_json": options.json or options.resume is not None, "explain": options.explain}
    if options.info or options.self_test or options.workers == 1:
        from edge_runtime.model import Model

        # A self-test reports every golden input itself, the first one too.
        with Model.open(options.model, **opened, check=not options.self_test) as model:
            if options.info:
                _info(model, as_json=options.json)
            if options.self_test and not _self_test(model, as_json=options.json):
                return 3
            if not options.films:
                return DONE
            if options.workers == 1:
                return _films(options, _Alone(model, answered))
    from edge_runtime.archive import Pool

    settings = {"model": options.model, "options": opened, "answers": answered}
    with Pool(settings, options.workers) as pool:
        return _films(options, pool)


def _info(model: Model, *, as_json: bool) -> None:
    known = {"contract": json.loads(model.contract.to_json()), "runtime": model.runtime()}
    say(json.dumps(known, indent=None if as_json else 1))


def _self_test(model: Model, *, as_json: bool) -> bool:
    results = model.self_test()
    if not results:  # a file without contract has none
        complain("the model carries no golden inputs to be tested with")
    for one in results:
        if as_json:
            say(json.dumps(one._asdict()))
        else:
            verdict = "passed" if one.passed else "FAILED"
            off = f"{one.output} {one.difference:.2g} off ({one.tolerance:.2g} allowed)"
            say(f"{one.name}: {verdict}, {one.answered}, {off}")
    return bool(results) and all(one.passed for one in results)


class _Alone:
    """What `archive.Pool` is, in this process alone."""

    def __init__(self, model: Model, answered: dict[str, Any]) -> None:
        self.identity, self.threshold = model.identity(), model.threshold
        self._model, self._answered = model, answered

    def outcomes(self, tasks: Iterable[Task]) -> Iterator[Iterable[Outcome]]:
        """The outcomes of each task, in order."""
        return (answers(self._model, task, **self._answered) for task in tasks)


def _films(options: SimpleNamespace, answering: _Alone | Pool) -> int:
    """Answer every film; returns the exit status of all of them."""
    as_json = options.json or options.resume is not None
    _collect()
    with contextlib.ExitStack() as stack:
        tasks = expand(options.films)
        write: Callable[[str], None] = say
        kinds = dict.fromkeys(("answered", "refused", "failed"), 0)
        if options.resume is not None:
            from edge_runtime.resume import Resumed

            resumed = stack.enter_context(Resumed(options.resume))
            resumed.agree(answering.identity, answering.threshold)
            tasks, write, kinds = resumed.left(tasks), resumed.write, resumed.kinds
        progress = None
        if _watched():
            from edge_runtime.progress import Progress

            listed = list(tasks)
            tasks, progress = iter(listed), stack.enter_context(Progress(len(listed)))
        for outcomes in answering.outcomes(tasks):
            for one in outcomes:
                kinds[one.kind] += 1
                told = one.kind == "failed" and not as_json
                if progress is not None and (told or (write is say and sys.stdout.isatty())):
                    progress.clear()
                (complain if told else write)(one.line)
            if progress is not None:
                progress.step()
    if kinds["failed"]:
        return FAILED
    return DONE if kinds["answered"] else REFUSED


def _collect() -> None:
    """Turn the garbage collector on, where `__main__` turned it off for the start."""
    if not gc.isenabled():
        gc.freeze()  # what is there now stays: the first collection would look through it all
        gc.enable()


if __name__ == "__main__":
    sys.exit(main())

"""`edge-infer`: films in, one line or one JSON object a film out."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from edge_runtime import __version__
from edge_runtime.answers import answers
from edge_runtime.contract import NOTICE
from edge_runtime.errors import EdgeError, one_line
from edge_runtime.inputs import expand

if TYPE_CHECKING:
    from edge_runtime.answers import Outcome
    from edge_runtime.archive import Pool
    from edge_runtime.inputs import Task
    from edge_runtime.model import Model

__all__ = ["MOST_THREADS", "main"]

DONE, FAILED, USAGE, REFUSED = 0, 1, 2, 4
MOST_THREADS = 256
MOST_RUNS = 1_000_000
SHELLS = ("bash", "zsh", "fish")
STATUS = """exit status: 0 done; 1 some inputs failed; 2 wrong use; 3 model or interpreter
missing or broken; 4 every input was refused. Never the answer."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status, never raises for bad input."""
    if sys.stdout is None:
        _complain("there is no standard output to write to")
        return FAILED
    options = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A file's name may hold bytes that are no text; it is printed all the same.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = _run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain of it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        _complain(f"the output cannot be written: {error.strerror or error}")
        return FAILED
    except KeyboardInterrupt:
        return 130
    except EdgeError as error:
        _complain(error)
        return error.exit_code
    return status


def _complain(error: object) -> None:
    """One line, whatever a file's name or a library's message holds."""
    colour = sys.stderr.isatty() and "NO_COLOR" not in os.environ
    word = "\x1b[31merror:\x1b[0m" if colour and os.environ.get("TERM") != "dumb" else "error:"
    print("edge-infer:", word, one_line(error), file=sys.stderr)


class _Parser(argparse.ArgumentParser):
    """As argparse, but wrong use is one line, without the usage above it."""

    def error(self, message: str) -> NoReturn:
        _complain(f"{message}; see {self.prog} --help")
        raise SystemExit(USAGE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="edge-infer",
        description="Give chest films a score against a threshold.",
        epilog=f"{NOTICE}\n\n{STATUS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "films", nargs="*", metavar="FILM",
        help="PNG, JPEG, TIFF, DICOM, ...; a folder, a pattern, - for standard input",
    )  # fmt: skip
    add = parser.add_argument
    add("--model", metavar="NAME|PATH", help="another model than the bundled one")
    add("--json", action="store_true", help="JSON Lines: one object a film")
    add("--explain", metavar="DIR", help="write each film with its heat map into DIR")
    add("--threshold", type=_share, metavar="P", help="another than the contract's (0 to 1)")
    add("--threads", type=_count, default=1, metavar="N", help="of one film; default: 1")
    add("--workers", type=_count, default=1, metavar="N", help="films at a time; default: 1")
    add("--resume", metavar="FILE", help="append JSON Lines to FILE; skip what is done in it")
    add("--no-contract", action="store_true", help="run a file that carries no contract")
    add("--info", action="store_true", help="print contract and interpreter")
    add("--self-test", action="store_true", help="run all golden inputs")
    add("--benchmark", type=_runs, metavar="N", help="time N runs; print the record")
    add("--completion", choices=SHELLS, help="print the completions of a shell")
    add("--version", action="version", version=f"edge-infer {__version__}")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_THREADS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MOST_THREADS}")
    return int(text)


def _runs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text[:9]) <= MOST_RUNS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MOST_RUNS}")
    return int(text)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return value


def _run(options: argparse.Namespace) -> int:
    if options.completion:
        from edge_runtime.completion import script

        print(script(options.completion, _parser()), end="")
        return DONE
    if not (options.films or options.info or options.self_test or options.benchmark):
        _complain("no film given; see edge-infer --help")
        return USAGE
    if options.benchmark:
        from edge_runtime.probe import measure

        print(measure(options.model, options.benchmark, options.threads).to_json())
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
                _info(model)
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


def _info(model: Model) -> None:
    contract = json.loads(model.contract.to_json())
    print(json.dumps({"contract": contract, "runtime": model.runtime()}, indent=1))


def _self_test(model: Model, *, as_json: bool) -> bool:
    results = model.self_test()
    if not results:  # a file without contract has none
        _complain("the model carries no golden inputs to be tested with")
    for one in results:
        if as_json:
            print(json.dumps(vars(one)))
        else:
            verdict = "passed" if one.passed else "FAILED"
            off = f"{one.output} {one.difference:.2g} off ({one.tolerance:.2g} allowed)"
            print(f"{one.name}: {verdict}, {one.answered}, {off}")
    return bool(results) and all(one.passed for one in results)


class _Alone:
    """What `archive.Pool` is, in this process alone."""

    def __init__(self, model: Model, answered: dict[str, Any]) -> None:
        self.identity, self.threshold = model.identity(), model.threshold
        self._model, self._answered = model, answered

    def outcomes(self, tasks: Iterable[Task]) -> Iterator[Iterable[Outcome]]:
        """The outcomes of each task, in order."""
        return (answers(self._model, task, **self._answered) for task in tasks)


def _films(options: argparse.Namespace, answering: _Alone | Pool) -> int:
    """Answer every film; returns the exit status of all of them."""
    as_json = options.json or options.resume is not None
    with contextlib.ExitStack() as stack:
        tasks = expand(options.films)
        write, kinds = _print, dict.fromkeys(("answered", "refused", "failed"), 0)
        if options.resume is not None:
            from edge_runtime.resume import Resumed

            resumed = stack.enter_context(Resumed(options.resume))
            resumed.agree(answering.identity, answering.threshold)
            tasks, write, kinds = resumed.left(tasks), resumed.write, resumed.kinds
        progress = None
        if sys.stderr.isatty():
            from edge_runtime.progress import Progress

            listed = list(tasks)
            tasks, progress = iter(listed), stack.enter_context(Progress(len(listed)))
        for outcomes in answering.outcomes(tasks):
            for one in outcomes:
                kinds[one.kind] += 1
                told = one.kind == "failed" and not as_json
                if progress is not None and (told or (write is _print and sys.stdout.isatty())):
                    progress.clear()
                (_complain if told else write)(one.line)
            if progress is not None:
                progress.step()
    if kinds["failed"]:
        return FAILED
    return DONE if kinds["answered"] else REFUSED


def _print(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

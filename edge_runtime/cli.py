"""`edge-infer`: films in, one line or one JSON object a film out."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from edge_runtime import __version__
from edge_runtime.contract import NOTICE
from edge_runtime.errors import EdgeError, FilmError
from edge_runtime.prediction import PREDICTION_SCHEMA

if TYPE_CHECKING:
    from edge_runtime.model import Model
    from edge_runtime.prediction import Prediction

__all__ = ["MOST_THREADS", "main"]

DONE, FAILED, USAGE, REFUSED = 0, 1, 2, 4
MOST_THREADS = 256
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
    print("edge-infer: error:", _one_line(error), file=sys.stderr)


def _one_line(text: object) -> str:
    return " ".join(str(text).split())


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
    parser.add_argument("films", nargs="*", metavar="FILM", help="PNG, JPEG, TIFF, DICOM, ...")
    parser.add_argument("--model", metavar="NAME|PATH", help="another model than the bundled one")
    parser.add_argument("--json", action="store_true", help="JSON Lines: one object a film")
    parser.add_argument("--threads", type=_count, default=1, metavar="N", help="default: 1")
    parser.add_argument(
        "--threshold", type=_share, metavar="P", help="another than the contract's (0 to 1)"
    )
    parser.add_argument("--info", action="store_true", help="print contract and interpreter")
    parser.add_argument("--self-test", action="store_true", help="run all golden inputs")
    parser.add_argument("--version", action="version", version=f"edge-infer {__version__}")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_THREADS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MOST_THREADS}")
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
    from edge_runtime.model import Model

    if not (options.films or options.info or options.self_test):
        _complain("no film given; see edge-infer --help")
        return USAGE
    # A self-test reports every golden input itself, the first one too.
    with Model.open(
        options.model,
        threads=options.threads,
        threshold=options.threshold,
        check=not options.self_test,
    ) as model:
        if options.info:
            _info(model)
        if options.self_test and not _self_test(model, as_json=options.json):
            return 3
        return _films(model, options.films, as_json=options.json) if options.films else DONE


def _info(model: Model) -> None:
    contract = json.loads(model.contract.to_json())
    print(json.dumps({"contract": contract, "runtime": model.runtime()}, indent=1))


def _self_test(model: Model, *, as_json: bool) -> bool:
    results = model.self_test()
    for one in results:
        if as_json:
            print(json.dumps(vars(one)))
        else:
            verdict = "passed" if one.passed else "FAILED"
            off = f"{one.output} {one.difference:.2g} off ({one.tolerance:.2g} allowed)"
            print(f"{one.name}: {verdict}, {one.answered}, {off}")
    return all(one.passed for one in results)


def _films(model: Model, films: Sequence[str], *, as_json: bool) -> int:
    failed = refused = 0
    for film in films:
        try:
            prediction = model.predict(film)
        except FilmError as error:
            failed += 1
            if as_json:
                _print_json({"schema": PREDICTION_SCHEMA, "file": film, "error": str(error)})
            else:
                sys.stdout.flush()
                _complain(error)
            continue
        refused += prediction.answer == "not_recognised"
        if as_json:
            _print_json(prediction.to_dict())
        else:
            print(_line(prediction))
    if failed:
        return FAILED
    return REFUSED if refused == len(films) else DONE


def _print_json(data: dict[str, Any]) -> None:
    print(json.dumps(data), flush=True)


def _line(one: Prediction) -> str:
    time = f"{one.timing_ms['total']:.1f} ms"
    name = _one_line(one.file)
    if one.answer == "not_recognised":
        return f"{name}: not recognised ({one.reason}), {time}"
    margin = ", borderline" if one.borderline else ""
    score = f"score {one.score:.3f}, threshold {one.threshold:.3f}"
    return f"{name}: {one.answer}{margin} ({score}), {time}"


if __name__ == "__main__":
    sys.exit(main())

"""A process of an archive: tasks in on standard input, outcomes out, a JSON line each.

Started by `edge_runtime.archive` alone. It ends when its input does, also where whoever
started it was killed, and also in the middle of a film that never ends.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import sys
import threading
import time
from typing import Any

from edge_runtime.answers import answers
from edge_runtime.errors import EdgeError
from edge_runtime.inputs import Task

__all__ = ["main"]

GRACE = 2.0  # seconds to finish a film, and a picture that is being written


def main() -> None:
    """Answer until the input ends; never returns."""
    # Native libraries may print: what they say must not get between the answers.
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    lines: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(lines,), daemon=True).start()
    try:
        first = lines.get()
        if first is not None:
            _serve(json.loads(first), lines, out)
    except (BrokenPipeError, KeyboardInterrupt):
        pass
    os._exit(0)  # the listener still waits in a read, which an ordinary end would complain of


def _listen(lines: queue.SimpleQueue[bytes | None]) -> None:
    for line in sys.stdin.buffer:
        lines.put(line)
    lines.put(None)
    time.sleep(GRACE)
    os._exit(1)


def _serve(settings: dict[str, Any], lines: queue.SimpleQueue[bytes | None], out: Any) -> None:
    def say(data: dict[str, Any]) -> None:
        out.write(json.dumps(data).encode() + b"\n")
        out.flush()

    try:
        from edge_runtime.model import Model

        with Model.open(settings["model"], **settings["options"]) as model:
            say({"model": model.identity(), "threshold": model.threshold})
            while (line := lines.get()) is not None:
                fields = json.loads(line)
                if fields["data"] is not None:
                    fields["data"] = base64.b64decode(fields["data"])
                found = answers(model, Task(**fields), **settings["answers"])
                say({"outcomes": [[one.kind, one.line] for one in found]})
    except EdgeError as error:
        say({"error": str(error), "status": error.exit_code})
    except (OSError, MemoryError) as error:
        if isinstance(error, BrokenPipeError):
            raise
        say({"error": f"a worker cannot go on: {error!r}", "status": 1})

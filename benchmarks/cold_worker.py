"""Starts commands in turn and times them: alone in a small process, started with `python -S`.

A child's peak memory, as the system counts it, is never below that of who started it; hence
a process that imports next to nothing. Reads a plan as JSON and writes what it measured.
"""

import json
import os
import sys
import time

__all__ = ["measure"]


def measure(plan):  # type: ignore[no-untyped-def]
    """One round is each command once, in an order that turns from round to round."""
    names = list(plan["commands"])
    found: dict[str, dict[str, list[object]]] = {
        name: {"ms": [], "peak_kib": [], "said": []} for name in names
    }
    for number in range(plan["rounds"]):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            command, extra = plan["commands"][name]
            reader, writer = os.pipe()
            environment = {**os.environ, **extra}
            begun = time.clock_gettime(time.CLOCK_MONOTONIC)
            environment["COLD_BEGUN"] = repr(begun)
            child = os.posix_spawn(
                command[0], command, environment, file_actions=[(os.POSIX_SPAWN_DUP2, writer, 1)]
            )
            os.close(writer)
            with open(reader, "rb") as stream:
                said = stream.read()
            _, status, used = os.wait4(child, 0)
            taken = time.clock_gettime(time.CLOCK_MONOTONIC) - begun
            if status:
                sys.exit(f"{name} ended with status {os.waitstatus_to_exitcode(status)}")
            if number:  # the first round fills the caches
                found[name]["ms"].append(taken * 1e3)
                found[name]["peak_kib"].append(used.ru_maxrss)
                found[name]["said"].append(said.decode())
    return {"python": sys.version.split()[0], **found}


if __name__ == "__main__":
    json.dump(measure(json.load(sys.stdin)), sys.stdout)  # type: ignore[no-untyped-call]

"""What comes from Maven: by version in pom.xml, by SHA-256 in artefacts.sha256."""

from __future__ import annotations

import json
from pathlib import Path

from android_demo.tools.run import HERE, run
from edge_runtime.errors import InterpreterError
from workshop.tools import check_digest

__all__ = ["fetched"]

POM = HERE / "pom.xml"
# What the parts of the list are fetched by.
SECTIONS: dict[str, list[str | Path]] = {
    "build": ["-f", POM],
    "tests": ["-f", POM, "-P", "tests"],
    "oldest": ["-f", HERE / "oldest.xml"],
}
DIGESTS = HERE / "artefacts.sha256"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"


def fetched(cache: Path, section: str) -> dict[str, Path]:
    """Artefact's group/name -> file, checked; fetched where it is not there yet.

    `section` is one of artefacts.sha256. Raises `InterpreterError` where a file cannot be
    had or is not the one that it should be.
    """
    repository = cache / "maven"
    wanted = _listed(section)
    if any(not (repository / name).is_file() for name in wanted):
        run("mvn", "-q", "-B", *SECTIONS[section], f"-Dmaven.repo.local={repository}",
            f"{PLUGIN}:resolve")  # fmt: skip
    _check(repository, wanted)
    return {Path(name).parent.parent.as_posix(): repository / name for name in wanted}


def _listed(section: str) -> dict[str, str]:
    """Place in the repository -> SHA-256, of one section of the list."""
    found: dict[str, str] = {}
    current = ""
    for line in DIGESTS.read_text("utf-8").splitlines():
        if line.startswith("# "):
            current = line[2:]
        elif current == section:
            digest, name = line.split()
            found[name] = digest
    return found


def _check(repository: Path, wanted: dict[str, str]) -> None:
    """Each file's digest; what was found of a file is kept by its size and time."""
    stamp = repository.parent / "checked.json"
    known = json.loads(stamp.read_text("utf-8")) if stamp.is_file() else {}
    for name, digest in wanted.items():
        path = repository / name
        if not path.is_file():
            raise InterpreterError(f"{path.name} could not be fetched; is there a connection?")
        state = path.stat()
        mark = [digest, state.st_size, state.st_mtime_ns]
        if known.get(name) == mark:
            continue
        check_digest(path, digest)
        known[name] = mark
    stamp.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", "utf-8")

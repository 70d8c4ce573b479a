"""What once took memory, time or the process with it is refused, and what the fuzzer finds.

`corpus/index.json` says of each file what must be said of it; a file that the fuzzer has
saved there needs no entry: it must end as a result or as one of our errors.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORPUS = Path(__file__).parent / "corpus"
INDEX: dict[str, str] = json.loads((CORPUS / "index.json").read_text("utf-8"))
FILES = sorted(path.name for path in CORPUS.iterdir() if path.suffix != ".json")
# Far more than a refusal needs, far less than what the files once took.
MEMORY, SECONDS = 1 << 30, 60
CODE = """if True:
    import resource, sys
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]),) * 2)
    from tests.edge_runtime.fuzzing import survives
    print(survives(sys.argv[1], open(sys.argv[2], "rb").read()))
"""


@pytest.mark.parametrize("name", FILES)
def test_found_cases_stay_found(name: str) -> None:
    kind = name.split("-")[0] if name.split("-")[0] in ("contract", "golden", "archive") else "film"
    done = subprocess.run(
        [sys.executable, "-c", CODE, kind, CORPUS / name, str(MEMORY)],
        cwd=ROOT, capture_output=True, text=True, timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert re.search(INDEX.get(name, ""), done.stdout), done.stdout


def test_every_entry_has_its_file() -> None:
    assert set(INDEX) <= set(FILES)
    assert sum((CORPUS / name).stat().st_size for name in FILES) < 300_000

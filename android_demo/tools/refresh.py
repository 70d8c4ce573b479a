"""After a change of the bundled model: phantoms chosen and screens drawn anew.

The screens quote the model as documents do: scores, name, digest. `docs/android/model.txt` says
which model they show.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from android_demo.tools import apk, films, jvm
from android_demo.tools.run import PACKAGES, ROOT

__all__ = ["refresh"]


def refresh(out: Path, cache: Path) -> Iterator[str]:
    """What is done, a line each; nothing where the screens show the bundled model.

    Where the app's tools are not there, the last line says what is left to do.
    """
    made_of = jvm.PICTURES / jvm.MADE_OF
    if made_of.is_file() and made_of.read_text("utf-8").strip() == jvm.digest():
        yield "The app's screens show the bundled model"
        return
    yield "The app's screens show another model; choosing phantoms for this one"
    yield from films.choose(jvm.FILMS)
    missing = sorted({package for name, package in PACKAGES.items() if shutil.which(name) is None})
    if missing:
        yield (
            "Left to do: the app's screens are not drawn, for want of its tools; on Debian or "
            f"Ubuntu apt-get install {' '.join(missing)}, then android_demo/build pictures"
        )
        return
    yield "Building the app"
    built = apk.build(out, cache)
    yield "Drawing its screens, which takes some minutes"
    yield jvm.test(built, draw=True)
    yield f"Look at the pictures in {jvm.PICTURES.relative_to(ROOT)}"

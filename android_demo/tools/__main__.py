"""`android_demo/build [apk|test|pictures|films|refresh|bands]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from android_demo.tools import apk, jvm, verify
from android_demo.tools.run import CACHE, OUT
from edge_runtime.errors import EdgeError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Build; then test, where that was asked for. Exit status as `edge-infer`."""
    parser = argparse.ArgumentParser(
        prog="android_demo/build",
        description="Build and verify the app; with 'test' run its tests on the JVM too, with "
        "'pictures' draw the screens anew into docs/android/; 'films' chooses the tests' phantoms "
        "for the bundled model; 'refresh' does both where the screens show another model; 'bands' "
        "measures what a photograph of 50 megapixels costs.",
    )
    parser.add_argument(
        "what",
        nargs="?",
        choices=("apk", "test", "pictures", "films", "refresh", "bands"),
        default="apk",
    )
    parser.add_argument("only", nargs="*", help="test classes; all without")
    parser.add_argument("--out", type=Path, default=OUT, help="where to build  [build/android]")
    parser.add_argument("--cache", type=Path, default=CACHE, help="what is fetched once")
    options = parser.parse_args(arguments)
    try:
        if options.what == "films":
            from android_demo.tools import films

            print(*films.choose(jvm.FILMS), sep="\n")
            return 0
        if options.what == "refresh":
            from android_demo.tools import refresh

            for line in refresh.refresh(options.out.resolve(), options.cache.resolve()):
                print(line, flush=True)  # some take minutes
            return 0
        if options.what == "bands":
            from android_demo.tools import bands

            for line in bands.table():
                print(line, flush=True)
            return 0
        built = apk.build(options.out.resolve(), options.cache.resolve())
        for line in verify.verify(built):
            print(line)
        if options.what != "apk":
            jvm.oldest(built)
            print("Android 26 has every call but those in Newer.java")
            print(jvm.test(built, options.only, draw=options.what == "pictures"))
    except EdgeError as error:
        print("android_demo/build: error:", error, file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

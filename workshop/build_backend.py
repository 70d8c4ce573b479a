"""What pip builds the wheel with: setuptools, with one date for every file.

The same checkout gives the same wheel to the byte, so that anyone can tell whether a wheel is of
the source that it says it is of. `SOURCE_DATE_EPOCH` sets another date.
"""

import os

from setuptools.build_meta import (  # type: ignore[import-untyped]
    build_editable,
    build_sdist,
    build_wheel,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

os.environ.setdefault("SOURCE_DATE_EPOCH", "315532800")  # 1980: ZIP knows no earlier year

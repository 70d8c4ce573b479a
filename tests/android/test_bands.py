"""A photograph of 50 megapixels: what the app reads of it on a small heap, and in which bands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PIL import Image

from android_demo.tools import bands

MB = 1_000_000
NEEDED = {"baseline": (128, 192, 256), "progressive": (192, 256)}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    for program in ("javac", "mvn"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    folder = tmp_path_factory.mktemp("films")
    return {
        kind: bands.draw(folder / f"{kind}.jpg", progressive=progressive)
        for kind, progressive in bands.KINDS.items()
    }


@pytest.mark.parametrize("kind", bands.KINDS)
@pytest.mark.parametrize("heap", bands.HEAPS)
def test_a_heap_that_suffices_reads_it_and_no_other_tries(
    films: dict[str, Path], kind: str, heap: int
) -> None:
    """Never an OutOfMemoryError: what does not fit is refused by its size, before it is decoded."""
    said = bands.large(films[kind], heap)
    peak = int(str(said["peak_bytes"]))
    if heap in NEEDED[kind]:
        assert said["width"] == bands.SIZE[1]  # turned upright
        pixels = bands.SIZE[0] * bands.SIZE[1]
        # A byte a pixel, the file once, and little else.
        assert pixels < peak - films[kind].stat().st_size < pixels + 8 * MB
    else:
        reason = {"baseline": "NO_MEMORY", "progressive": "NO_MEMORY_AT_ONCE"}[kind]
        assert said["error"] == reason and said["detail"] != "out of memory"
        assert peak < films[kind].stat().st_size + 8 * MB


@pytest.mark.parametrize("progressive", [False, True])
def test_bands_are_the_whole_picture(tmp_path: Path, progressive: bool) -> None:
    """Colour of half the size is interpolated over the edges of bands too."""
    if not Path("/usr/include/jpeglib.h").exists():
        pytest.skip("libjpeg62-turbo-dev is not installed")
    program = bands.compiled(tmp_path)
    film = bands.draw(tmp_path / "film.jpg", (333, 777), progressive=progressive)
    whole = bands.cost(program, film, 777)
    assert {bands.cost(program, film, rows).digest for rows in (16, 48, 128)} == {whole.digest}
    with Image.open(film) as image:
        image.transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(tmp_path / "other.jpg", quality=95)
    assert bands.cost(program, tmp_path / "other.jpg", 777).digest != whole.digest

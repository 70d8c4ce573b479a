"""Which decoders can be reached at all: those of films, told by a file's first bytes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest
from PIL import Image

from edge_runtime.errors import FilmError
from edge_runtime.formats import FORMATS, MOST_SCANS
from edge_runtime.pixels import MAX_BYTES, film_pixels, open_film
from edge_runtime.windowing import MOST_FRACTIONS

ROOT = Path(__file__).parents[2]
GRAY = Image.linear_gradient("L")


def saved(kind: str, image: Image.Image = GRAY, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def foreign() -> dict[str, tuple[bytes, str]]:
    """By Pillow's name of the format: a file of it, and what it is called."""
    files = {
        "GIF": (saved("GIF"), "a GIF"),
        "EPS": (saved("EPS"), "a PostScript"),
        "PDF": (saved("PDF"), "a PDF"),
        "ICO": (saved("ICO"), "an icon"),
        "ICNS": (saved("ICNS", GRAY.convert("RGBA")), "an icon"),
        "DDS": (saved("DDS", GRAY.convert("RGB")), "a DirectDraw"),
        "SGI": (saved("SGI"), "an SGI"),
        "JPEG2000": (saved("JPEG2000"), "a JPEG 2000"),
        "XBM": (saved("XBM", GRAY.convert("1")), "an X bitmap"),
        "PCX": (saved("PCX"), "not a picture in a format"),
        "TGA": (saved("TGA"), "not a picture in a format"),
        "MSP": (saved("MSP", GRAY.convert("1")), "not a picture in a format"),
        "SPIDER": (saved("SPIDER"), "not a picture in a format"),
        "PSD": (b"8BPS\0\1" + bytes(60), "a Photoshop"),
        "WMF": (b"\xd7\xcd\xc6\x9a\0\0" + bytes(60), "a Windows metafile"),
        "FITS": (b"SIMPLE  =                    T" + b" " * 2850, "a FITS"),
        "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(60), "an HDF5"),
        "GRIB": (b"GRIB\0\0\0\1" + bytes(60), "a GRIB"),
        "MPEG": (b"\0\0\1\xb3" + bytes(60), "not a picture in a format"),
        "AVIF": (b"\0\0\0\x1cftypavif" + bytes(60), "a video, HEIC or AVIF"),
        "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "XML"),
        "ZIP": (b"PK\3\4" + bytes(60), "a ZIP"),
    }
    return files


@pytest.mark.parametrize("name", sorted(foreign()))
def test_another_format_is_named_and_no_plug_in_sees_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.init()

    def reached(*_: object) -> NoReturn:
        raise AssertionError(f"a plug-in was asked to open {name}")

    for kind in Image.OPEN:
        monkeypatch.setitem(Image.OPEN, kind, (reached, None))
    data, called = foreign()[name]
    with pytest.raises(FilmError, match=called) as caught:
        open_film(data)
    assert "\n" not in str(caught.value)


def test_no_plug_in_but_those_of_films_is_even_loaded(tmp_path: Path) -> None:
    """In a process of its own, after one file of every kind was handed in."""
    for name, (data, _) in foreign().items():
        (tmp_path / name).write_bytes(data)
    for kind in FORMATS:
        (tmp_path / f"film.{kind}").write_bytes(saved(kind))
    code = """if True:
        import json, pathlib, sys
        from edge_runtime.errors import FilmError
        from edge_runtime.pixels import film_pixels
        read = []
        for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
            try:
                film_pixels(path, 64)
            except FilmError:
                continue
            read.append(path.suffix[1:])
        names = [name[4:-11] for name in sys.modules if name.endswith("ImagePlugin")]
        print(json.dumps([read, names]))
    """
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, tmp_path],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    read, names = json.loads(done.stdout)
    assert sorted(read) == sorted(FORMATS)
    # Pillow loads GIF's itself, beside those of films, with the first picture it opens.
    assert {name.upper() for name in names} <= {*FORMATS, "GIF"}


@pytest.mark.parametrize("kind", sorted(FORMATS))
def test_each_format_of_films_is_read(kind: str) -> None:
    assert len(film_pixels(saved(kind), 64)) == 64 * 64


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animated_picture_the_first_frame_is_read(kind: str) -> None:
    more = [Image.new("L", GRAY.size, 255)]
    data = saved(kind, GRAY, save_all=True, append_images=more, lossless=True)
    assert open_film(data).tobytes() == GRAY.tobytes()


def test_of_several_pages_the_first_is_read() -> None:
    data = saved("TIFF", GRAY, save_all=True, append_images=[Image.new("L", (9, 9), 255)])
    assert open_film(data).tobytes() == GRAY.tobytes()


def progressive(scans: int) -> bytes:
    """A JPEG whose second scan, a few bytes, stands there so many times."""
    data = saved("JPEG", Image.new("L", (64, 64), 90), progressive=True)
    at = [place for place in range(len(data)) if data[place : place + 2] == b"\xff\xda"]
    return data[: at[1]] + data[at[1] : at[2]] * (scans - 1) + b"\xff\xd9"


def test_a_jpeg_of_scans_without_end_is_refused() -> None:
    assert open_film(progressive(MOST_SCANS)).size == (64, 64)
    with pytest.raises(FilmError, match="101 scans, built to take long"):
        open_film(progressive(MOST_SCANS + 1))


def test_a_pipe_without_end_is_not_waited_for() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1, /) -> bytes:
            self.given += size
            return bytes(size)

    pipe = Endless()
    with pytest.raises(FilmError, match="more than 268,435,456 bytes"):
        open_film(pipe)  # type: ignore[arg-type]
    assert pipe.given <= MAX_BYTES + (1 << 20)


def test_fractions_beyond_what_python_works_out_are_refused() -> None:
    side = int(MOST_FRACTIONS**0.5)
    with pytest.raises(FilmError, match="16,777,216 pixels that are fractions"):
        open_film(Image.new("F", (side, side + 1)))


@pytest.mark.parametrize("size", [(0, 0), (0, 9), (9, 0)])
@pytest.mark.parametrize("mode", ["L", "RGB", "I;16", "I", "F", "P", "CMYK"])
def test_a_picture_without_pixels_says_so(mode: str, size: tuple[int, int]) -> None:
    with pytest.raises(FilmError, match="has no pixels"):
        open_film(Image.new(mode, size))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "RGB", "RGBA", "I;16", "I", "F", "P", "CMYK"])
def test_one_pixel_is_a_picture(mode: str) -> None:
    assert len(film_pixels(Image.new(mode, (1, 1)), 64)) == 64 * 64
    kind = "TIFF" if mode in ("F", "CMYK", "I") else "PNG"
    assert len(film_pixels(saved(kind, Image.new(mode, (1, 1))), 64)) == 64 * 64


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_large_film_is_copied_no_more_than_it_must(mode: str, tmp_path: Path) -> None:
    """Four bytes a pixel as Pillow decodes it, one in gray, one for a channel; no copy of all."""
    side = 4096
    Image.new(mode, (side, side), (90, 91, 92)).save(tmp_path / "film.png")
    code = (
        "import resource, sys; from edge_runtime.pixels import open_film_info\n"
        "def most(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024\n"
        "import PIL.PngImagePlugin; before = most()\n"
        "open_film_info(sys.argv[1]); print(most() - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "film.png"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(done.stdout) < 6.5 * side * side

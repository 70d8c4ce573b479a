"""The pages of a TIFF are films of their own: `scan.tif`, `scan.tif#2`."""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path

import pytest
from PIL import Image
from PIL.TiffImagePlugin import AppendingTiffWriter

from tests.edge_runtime.commands import draw, named, run, timeless
from tests.tiny import film


def pages(*levels: int, size: int = 96) -> bytes:
    """A TIFF with a film on each page."""
    first, *others = [Image.fromarray(film(level, seed=1, size=size)) for level in levels]
    stream = io.BytesIO()
    first.save(stream, "TIFF", save_all=True, append_images=others)
    return stream.getvalue()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_pages_are_films_of_their_own(tiny_model: Path, tmp_path: Path, workers: str) -> None:
    scan = tmp_path / "scan.tif"
    scan.write_bytes(pages(90, 170, 120))
    single = tmp_path / "single.tif"
    single.write_bytes(pages(170))
    words = ("--json", "--model", tiny_model, "--workers", workers)
    status, out, err = run(*words, scan, single, f"{scan}#2", f"{scan}#9", "-",
                           stdin=pages(90, 170))  # fmt: skip
    assert (status, err) == (1, b"")
    found = timeless(out)
    assert [one["file"] for one in found] == [
        *(f"{scan}#{page}" for page in (1, 2, 3)), str(single), f"{scan}#2", f"{scan}#9",
        "-#1", "-#2",
    ]  # fmt: skip
    answers = [one.get("answer") for one in found]
    assert answers == ["normal", "covid", "normal", "covid", "covid", None, "normal", "covid"]
    assert found[1]["score"] == found[3]["score"] == found[4]["score"] == found[7]["score"]
    assert "no such page" in found[5]["error"]


def test_a_damaged_page_leaves_the_others(tiny_model: Path, tmp_path: Path) -> None:
    data = bytearray(pages(90, 170))
    first = int.from_bytes(data[4:8], "little")
    entries = int.from_bytes(data[first : first + 2], "little")
    link = first + 2 + 12 * entries
    second = int.from_bytes(data[link : link + 4], "little")
    width = second + 2
    while data[width : width + 2] != (256).to_bytes(2, "little"):
        width += 12
    # More than may be decoded: type LONG, one value, 16 million.
    data[width + 2 : width + 12] = struct.pack("<HII", 4, 1, 1 << 24)
    scan = tmp_path / "scan.tif"
    scan.write_bytes(data)
    status, out, err = run("--json", "--model", tiny_model, scan)
    one, two = timeless(out)
    assert (status, err) == (1, b"") and one["answer"] == "normal"
    assert two["file"] == f"{scan}#2" and two["error"].startswith(f"{scan}#2 has more than")


def test_a_smaller_copy_in_a_tiff_is_no_film(tmp_path: Path, tiny_model: Path) -> None:
    scan = tmp_path / "pyramid.tif"
    whole, small = (Image.fromarray(film(170, seed=1, size=size)) for size in (192, 96))
    from PIL import TiffImagePlugin

    small.encoderinfo = {"tiffinfo": TiffImagePlugin.ImageFileDirectory_v2()}
    small.encoderinfo["tiffinfo"][254] = 1
    whole.save(scan, "TIFF", save_all=True, append_images=[small])
    with Image.open(scan) as picture:
        assert picture.n_frames == 2  # type: ignore[attr-defined]
    _, out, _ = run("--json", "--model", tiny_model, scan)
    assert named(out) == [str(scan)]


def test_a_page_with_a_tile_of_gigabytes_is_refused(tiny_model: Path) -> None:
    """What is refused of a whole film is refused of a page, before it is decoded."""
    stream = io.BytesIO()
    first, other = (Image.new("L", (96, 96), level) for level in (90, 170))
    sizes = {65000: 60_000, 65001: 60_000}  # tags of nobody's, to be made those of a tile
    first.save(stream, "TIFF", save_all=True, append_images=[other], tiffinfo=sizes)
    data = stream.getvalue()
    for mine, tile in ((65000, 322), (65001, 323)):
        assert data.count(struct.pack("<HH", mine, 3)) == 2
        data = data.replace(struct.pack("<HH", mine, 3), struct.pack("<HH", tile, 3))
    status, out, _ = run("--json", "--model", tiny_model, "-", stdin=data)
    assert status == 1
    told = [one["error"] for one in timeless(out)]
    assert len(told) == 2 and all("tiles are far larger" in error for error in told)


def test_the_first_page_of_a_film_without_pages_is_the_film(
    tiny_model: Path, tmp_path: Path
) -> None:
    (path,) = draw(tmp_path, 1)
    status, out, err = run("--json", "--model", tiny_model, path, f"{path}#1")
    assert (status, err) == (0, b"")
    whole, first = timeless(out)
    assert first == {**whole, "file": f"{path}#1"}


def test_a_small_copy_before_the_film_is_passed_over(tiny_model: Path, tmp_path: Path) -> None:
    copy, film_itself = (Image.fromarray(film(level, seed=1, size=96)) for level in (90, 170))
    path = tmp_path / "scan.tif"
    with AppendingTiffWriter(str(path), new=True) as pages_of:
        copy.save(pages_of, "TIFF", tiffinfo={254: 1})
        pages_of.newFrame()
        film_itself.save(pages_of, "TIFF")
    film_itself.save(tmp_path / "film.png")
    status, out, _ = run("--json", "--model", tiny_model, path, tmp_path / "film.png")
    scan, plain = timeless(out)
    assert status == 0 and scan == {**plain, "file": f"{path}#2"}


def test_a_pipe_by_name_has_pages_and_a_picture(tiny_model: Path, tmp_path: Path) -> None:
    """As a shell's <(command) gives it: a name that can be read once."""
    reader, writer = os.pipe()
    os.write(writer, pages(90, 170))
    os.close(writer)
    pipe, out = f"/dev/fd/{reader}", tmp_path / "out"
    status, printed, err = run(
        "--json", "--model", tiny_model, "--explain", out, pipe, pass_fds=(reader,)
    )
    os.close(reader)
    assert (status, err) == (0, b"")
    assert named(printed) == [f"{pipe}#1", f"{pipe}#2"]
    assert len({one["score"] for one in timeless(printed)}) == 2 == len(list(out.iterdir()))


def test_a_page_that_is_no_film_of_its_own(tiny_model: Path, tmp_path: Path) -> None:
    """Smaller copies have numbers too: what is said must be true of those that can be asked for."""
    path, pyramid = tmp_path / "scan.tif", tmp_path / "pyramid.tif"
    path.write_bytes(pages(90, 120, 170))
    with AppendingTiffWriter(str(pyramid), new=True) as pages_of:
        for level, reduced in (90, 0), (120, 1), (170, 0), (150, 0), (90, 1), (110, 0):
            Image.fromarray(film(level, seed=1, size=96)).save(
                pages_of, "TIFF", tiffinfo={254: reduced}
            )
            pages_of.newFrame()
    (single,) = draw(tmp_path, 1)
    for name, there in (
        (f"{pyramid}#2", "1, 3-4, 6"), (f"{pyramid}#9", "1, 3-4, 6"), (f"{path}#4", "1-3"),
        (f"{single}#2", "1"),
    ):  # fmt: skip
        status, out, err = run("--model", tiny_model, name)
        assert (status, out) == (1, b"")
        assert err.endswith(f"{name}: there is no such page that is a film of its own; there is "
                            f"{there}\n".encode())  # fmt: skip
    status, out, _ = run("--json", "--model", tiny_model, f"{pyramid}#3", f"{pyramid}#6")
    assert status == 0 and named(out) == [f"{pyramid}#3", f"{pyramid}#6"]


def test_a_decoder_says_nothing_on_the_terminal(tiny_model: Path, tmp_path: Path) -> None:
    """The TIFF library prints what it finds wrong, beside the error that it gives."""
    stream = io.BytesIO()
    Image.fromarray(film(170, seed=1, size=96)).save(stream, "TIFF", compression="tiff_lzw")
    data = bytearray(stream.getvalue())
    strip = data.index(b"\x80", 8)  # LZW begins with a clear code
    data[strip + 100 : strip + 200] = b"\xff" * 100
    scan, (good,) = tmp_path / "scan.tif", draw(tmp_path / "good", 1)
    scan.write_bytes(data)
    status, out, err = run("--model", tiny_model, scan, good)
    assert status == 1 and out.count(b"(score ") == 1
    assert err.startswith(b"edge-infer: error: ") and err.count(b"\n") == 1

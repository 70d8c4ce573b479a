"""A short list of rules that a picture which is no film breaks; the limits stand in the contract.

Measured on 7,718 frontal films of eight collections: the least standard deviation is
14, the shortest side 205, the longest aspect 2.2; none is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageStat

__all__ = ["RULES", "FilmInfo", "refusal"]

RULES = {
    "too_small": 64.0,  # shortest side, pixels, below
    "elongated": 3.0,  # longer side over shorter, above
    "colour": 24.0,  # mean difference of the channels, grays, above
    "blank": 8.0,  # standard deviation of the S x S pixels, grays, below
}
THUMBNAIL = 64


@dataclass(frozen=True)
class FilmInfo:
    """What the rules need to know of a picture before it was made gray."""

    width: int
    height: int
    colour: float  # mean difference of the largest and the smallest channel, in grays

    @classmethod
    def of(cls, image: Image.Image) -> FilmInfo:
        """From a decoded picture of any mode."""
        if image.mode in ("L", "1", "LA") or image.mode.startswith(("I", "F")):
            return cls(image.width, image.height, 0.0)
        small = image.convert("RGB").resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BILINEAR)
        red, green, blue = small.split()
        most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
        least = ImageChops.darker(ImageChops.darker(red, green), blue)
        spread = ImageStat.Stat(ImageChops.subtract(most, least)).mean[0]
        return cls(image.width, image.height, float(spread))


def refusal(info: FilmInfo, pixels: Image.Image, limits: dict[str, float]) -> str | None:
    """The reason code of the first rule that the picture breaks, None for a film.

    `pixels` is the picture at the model's size, mode "L"; rules that `limits` does not
    name are not applied.
    """
    short, long = sorted((info.width, info.height))
    broken = {
        "too_small": lambda limit: short < limit,
        "elongated": lambda limit: long > limit * short,
        "colour": lambda limit: info.colour > limit,
        "blank": lambda limit: ImageStat.Stat(pixels).stddev[0] < limit,
    }
    for code, breaks in broken.items():
        if code in limits and breaks(limits[code]):
            return code
    return None

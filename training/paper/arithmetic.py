"""Parameter counts of the paper's two networks, from the shapes that its text names.

With 60 hidden units, a 7 x 7 grid and 512 + 2048 channels they are Table 4's to the unit;
every other reading of the text gives other counts, which is how its slips are told apart.
"""

from __future__ import annotations

__all__ = ["grid_of", "student_parameters", "teacher_parameters"]

# Weights of keras.applications without top; a test counts them again.
VGG19, RESNET50V2, MOBILENETV2 = 20_024_384, 23_564_800, 2_257_984
STRIDE = 32  # of all three: pixels a cell of the last feature map, in each direction
FILTERS, POOLED, CLASSES = 1024, 1280, 2


def grid_of(input_size: int) -> int:
    """Cells along one side of the last feature map, for films of so many pixels a side."""
    return input_size // STRIDE


def teacher_parameters(
    hidden: int = 60, grid: int = 7, channels: tuple[int, int] = (512, 2048)
) -> int:
    """VGG19 and ResNet50V2 side by side, 1 x 1 convolution, flattened, two dense layers."""
    mixed = _layer(sum(channels), FILTERS)
    return VGG19 + RESNET50V2 + mixed + _head(grid * grid * FILTERS, hidden)


def student_parameters(hidden: int = 60) -> int:
    """MobileNetV2, averaged over its feature map, two dense layers."""
    return MOBILENETV2 + _head(POOLED, hidden)


def _head(features: int, hidden: int) -> int:
    return _layer(features, hidden) + _layer(hidden, CLASSES)


def _layer(inputs: int, units: int) -> int:
    return inputs * units + units  # one weight a pair, one bias a unit

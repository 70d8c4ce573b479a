"""What others have published of MobileNetV2 on boards: to be set beside, never to be mixed in."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CAPTION", "PUBLISHED", "Published"]

CAPTION = (
    "Published by others, not measured here: MobileNetV2 1.0 with 1000 classes, 224 pixels, "
    "batch 1, milliseconds. Another graph than ours, other versions, other conditions."
)


@dataclass(frozen=True)
class Published:
    """One figure of a source; None: it gives none. `threads` is the source's word."""

    device: str
    float32_ms: float | None
    int8_ms: float | None
    threads: str
    source: str


PUBLISHED = (
    Published("Raspberry Pi 2", 191, 82, "all", "XNNPACK README"),
    Published("Raspberry Pi 3B+", 79, 30, "all", "XNNPACK README"),
    Published("Raspberry Pi 4", 46, 17, "all", "XNNPACK README"),
    Published("Raspberry Pi 3B+", 159, None, "1", "ncnn benchmark README"),
    Published("Raspberry Pi 4", 94, None, "1", "ncnn benchmark README"),
    Published("Raspberry Pi 5", 16, None, "1", "ncnn benchmark README"),
    Published("Raspberry Pi 5", 10.9, 4.0, "not said", "Arm learning path, ExecuTorch"),
    Published("Pixel", 49, None, "1", "XNNPACK README"),
    Published("Pixel 2", 53, None, "1", "XNNPACK README"),
    Published("Pixel 3", 17.5, 12, "4", "TensorFlow hosted models"),
    Published("Pixel 3a", 55, None, "1", "XNNPACK README"),
)

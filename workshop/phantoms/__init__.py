"""Phantoms: synthetic frontal chest films with known truth.

They look like films and show nothing of any patient. What tells the classes apart is known
to the pixel (bilateral, peripheral, mostly lower opacities), everything else (anatomy, site,
exposure, harmless shadows) is drawn independently of the label, and a shortcut can be
planted on purpose.
"""

from workshop.phantoms.drawing import Phantom, draw, draw_set
from workshop.phantoms.files import write_set
from workshop.phantoms.pixels import phantom_pixels
from workshop.phantoms.sites import SITES

__all__ = ["SITES", "Phantom", "draw", "draw_set", "phantom_pixels", "write_set"]

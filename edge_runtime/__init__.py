"""Read a chest film, give a score: the part of cxr-edge that a device installs."""

__version__ = "0.1.0"

"""Shortcut audits: what a model does when something that it should not need is taken away."""

from workshop.audits.audit import audit
from workshop.audits.rule import LIMITS, VERSION

__all__ = ["LIMITS", "VERSION", "audit"]

"""Plots of one look, as PNG."""

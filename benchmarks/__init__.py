"""Drives devices, keeps records of latency and memory, makes tables and plots of them."""

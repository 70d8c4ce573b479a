"""The same student in the runtimes that people would use instead, side by side."""

"""What a score is worth: metrics with intervals, comparisons, audits. NumPy and SciPy only."""

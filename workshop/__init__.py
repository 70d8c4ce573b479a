"""What the workbenches share: film index and readers, phantoms, statistics, run folders."""

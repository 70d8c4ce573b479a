"""A model, whatever its file, on labelled films: one command, one record of evidence."""

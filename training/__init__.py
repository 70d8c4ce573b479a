"""Films -> teacher -> distilled student, with the evidence."""

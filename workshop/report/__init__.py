"""One self-contained page of what a run, or an evaluation of a model, has shown."""

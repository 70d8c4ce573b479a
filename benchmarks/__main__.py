"""`python -m benchmarks COMMAND`."""

from benchmarks.cli import app
from workshop.command import command_line

if __name__ == "__main__":
    command_line(app, "benchmarks")

"""In CI a skipped test fails the run.

On a person's machine a test that needs a tool which is not there skips and says why.
CI installs every such tool, so that a skip there means that something went unproved.
"""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

# How long an example takes says nothing: a machine may be busy, a first call imports.
settings.register_profile("untimed", deadline=None)
# For emulated boards, each a hundredth as fast: this machine draws the many examples.
settings.register_profile("emulated", deadline=None, max_examples=10)
settings.load_profile("untimed")

__all__ = ["pytest_sessionfinish", "pytest_sessionstart", "pytest_terminal_summary"]


def pytest_sessionstart() -> None:
    """Let Ctrl-C reach what tests start, also where pytest itself runs in the background.

    A shell starts a background job with SIGINT ignored, and every child inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _skipped(config: pytest.Config) -> int:
    """How many tests or modules were skipped (0 outside CI, where skipping is allowed)."""
    if os.environ.get("CI", "").lower() in ("", "0", "false"):
        return 0
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", [])) if reporter is not None else 0


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn a passing run with skips into a failed one."""
    if _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say why a run without a failed test failed."""
    count = _skipped(config)
    if count:
        terminalreporter.write_line(f"{count} skipped: in CI that is a failure", red=True)

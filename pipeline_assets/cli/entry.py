"""Where a command starts: signals are heard from here on, before anything large is imported.

The command works in a second thread. The first one only waits for it, and so hears every signal at
once, whatever the work is busy with; and Dagster, which replaces the handlers of signals while it
executes a run, does so in a process's first thread only.
"""

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from pipeline_assets import stopping


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 130 or 143 if SIGINT or SIGTERM asked it to stop."""
    with stopping.hearing(), ThreadPoolExecutor(1) as elsewhere:
        status = elsewhere.submit(_run, sys.argv[1:] if arguments is None else arguments).result()
        number = stopping.requested()
    sys.exit(status if number is None else 128 + number)


def _run(arguments: Sequence[str]) -> int:
    from pipeline_assets.cli.app import run

    return run(arguments)

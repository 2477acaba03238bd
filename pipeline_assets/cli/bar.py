"""Where commands write, and a bar that is shown while runs send their own output to their logs."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, ProgressColumn

# A pipe has no width: lines are then as long as the tables need.
_WIDTH = None if sys.stdout.isatty() else 160
console = Console(highlight=False, soft_wrap=_WIDTH is not None, width=_WIDTH)
errors = Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


class Bar:
    """A bar on a terminal while this process executes runs; elsewhere nothing is shown.

    What a run prints goes to its log; until the block ends, `errors` writes past that.
    """

    def __init__(self, *columns: ProgressColumn, is_quiet: bool) -> None:
        self._open = ExitStack()
        self.shown = Progress(
            *columns,
            console=errors,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
            disable=is_quiet or not errors.is_terminal,
        )

    def __enter__(self) -> Self:
        self._open.enter_context(_past_logs_of_runs())
        self._open.enter_context(self.shown)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()


@contextmanager
def _past_logs_of_runs() -> Iterator[None]:
    try:
        descriptor = os.dup(sys.stderr.fileno())
    except (OSError, ValueError):  # a test's stand-in has none
        yield
        return
    with os.fdopen(descriptor, "w", encoding=sys.stderr.encoding, errors="replace") as file:
        errors.file = file
        try:
            yield
        finally:
            errors.file = None  # type: ignore[assignment] # again what sys.stderr is then

"""How long one run of retention may work: what is left is done by the next one."""

import time

from pipeline_assets import stopping


class TimeLimit:
    """Seconds from now on."""

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether the time is up; raises `Interrupted` if the process is asked to stop."""
        stopping.check()
        return time.monotonic() >= self._until

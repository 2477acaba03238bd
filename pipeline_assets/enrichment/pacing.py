"""When the next request may be made: after a pause, and never before the server allows it."""

import time
from collections.abc import Callable


class Pacer:
    """Spaces requests: `pause_s` from the end of one to the beginning of the next."""

    def __init__(
        self,
        pause_s: float,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pause_s = pause_s
        self._sleep = sleep
        self._now = now
        self._not_before = now()

    def wait(self) -> None:
        """Return when the next request may be made; `sleep` is called, if need be for 0 s."""
        self._sleep(max(0.0, self._not_before - self._now()))

    def done(self) -> None:
        """A request has ended."""
        self.hold(self._pause_s)

    def hold(self, seconds: float) -> None:
        """Make no request for this long from now, such as for a server's `Retry-After`."""
        self._not_before = max(self._not_before, self._now() + seconds)

"""The one place from which alerts are sent: each to its channel, at least once."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pipeline_assets.alerts.channels import Channel, ChannelError
from pipeline_assets.alerts.time_limit import within
from pipeline_assets.domain.alerts.messages import AlertDelivery, next_try_at, sent_message
from pipeline_assets.services.pipeline import Clock

# Dagster ends a sensor's tick after 60 s; what is not sent by then is sent at the next one.
_BUDGET_S = 20
# A claim outlives every tick; after this, the process that made it has died.
_CLAIMED_FOR = timedelta(minutes=2)


class DeliveryBook(Protocol):
    """Where it is written what each channel still has to get."""

    def due(self, now: datetime) -> Sequence[AlertDelivery]:
        """What is to be sent now, in order."""
        ...

    def claim(self, delivery: AlertDelivery, now: datetime, until: datetime) -> bool:
        """Keep others from sending the same until then; False if one of them has it already."""
        ...

    def mark_sent(self, delivery: AlertDelivery, now: datetime) -> None:
        """Write down that the channel has it."""
        ...

    def mark_failed(
        self, delivery: AlertDelivery, error: ChannelError, next_try_at: datetime
    ) -> None:
        """Write down that the channel did not take it, and when it is sent again."""
        ...


@dataclass(frozen=True, slots=True)
class Sent:
    """How many messages were sent, and how many failed and are sent again later."""

    sent: int = 0
    failed: int = 0

    def __str__(self) -> str:
        later = f"; {self.failed} could not be sent and will be tried again" if self.failed else ""
        return f"Sent {self.sent}{later}."


def send_due(
    book: DeliveryBook, channels: Sequence[Channel], clock: Clock, timeout_s: float
) -> Sent:
    """Send what is due. A channel that is down is not tried again before its next time."""
    by_name = {channel.name: channel for channel in channels}
    until = time.monotonic() + _BUDGET_S
    down: set[str] = set()
    sent = failed = 0
    for delivery in book.due(clock()):
        channel = by_name.get(delivery.channel)
        if channel is None or channel.name in down or time.monotonic() > until:
            continue
        now = clock()
        if not book.claim(delivery, now, now + _CLAIMED_FOR):
            continue
        error = _send(channel, delivery, timeout_s)
        if error is None:
            book.mark_sent(delivery, clock())
            sent += 1
            continue
        book.mark_failed(
            delivery, error, next_try_at(delivery.tries + 1, clock(), error.retry_after_s)
        )
        failed += 1
        if error.is_down:
            down.add(channel.name)
    return Sent(sent, failed)


def _send(channel: Channel, delivery: AlertDelivery, timeout_s: float) -> ChannelError | None:
    try:
        within(2 * timeout_s, lambda: channel.send(sent_message(delivery)))
    except ChannelError as error:
        return error
    return None

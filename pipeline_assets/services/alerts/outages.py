"""An alert about the catalogue itself: it is remembered by the caller, and sent directly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pipeline_assets.alerts.channels import Channel, ChannelError
from pipeline_assets.domain.alerts.messages import AlertDelivery
from pipeline_assets.domain.alerts.troubles import Trouble
from pipeline_assets.errors import FilesUnavailableError, UnavailableError
from pipeline_assets.services.alerts.record import message_of
from pipeline_assets.services.alerts.sending import Sent, send_due
from pipeline_assets.services.pipeline import Clock
from pipeline_assets.settings import Settings

# A server that restarts is nobody's concern.
_GRACE = timedelta(minutes=1)
_NOT_RECORDED = 0


@dataclass
class Outage:
    """A catalogue that cannot be reached, since when, and which channels know. UTC."""

    since: datetime
    sent_to: set[str] = field(default_factory=set)
    tries: dict[str, int] = field(default_factory=dict)
    next_try_at: dict[str, datetime] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """As JSON, short enough for a sensor's cursor."""
        return {
            "since": self.since.isoformat(),
            "sent_to": sorted(self.sent_to),
            "tries": self.tries,
            "next_try_at": {name: at.isoformat() for name, at in self.next_try_at.items()},
        }


def outage_from(data: Mapping[str, Any] | None, now: datetime) -> Outage:
    """What `as_data` gave, or an outage that begins now."""
    if data is None:
        return Outage(now)
    moments = {name: datetime.fromisoformat(at) for name, at in data["next_try_at"].items()}
    since = datetime.fromisoformat(data["since"])
    return Outage(since, set(data["sent_to"]), dict(data["tries"]), moments)


@dataclass(frozen=True, slots=True)
class _OutageBook:
    """An outage as what each channel still has to get; nobody else sends it."""

    outage: Outage
    waiting: Sequence[AlertDelivery]

    def due(self, now: datetime) -> Sequence[AlertDelivery]:
        times = self.outage.next_try_at
        return [one for one in self.waiting if times.get(one.channel, now) <= now]

    def claim(self, delivery: AlertDelivery, now: datetime, until: datetime) -> bool:
        return True

    def mark_sent(self, delivery: AlertDelivery, now: datetime) -> None:
        self.outage.sent_to.add(delivery.channel)

    def mark_failed(
        self, delivery: AlertDelivery, error: ChannelError, next_try_at: datetime
    ) -> None:
        self.outage.tries[delivery.channel] = delivery.tries + 1
        self.outage.next_try_at[delivery.channel] = next_try_at


def send_outage(
    outage: Outage,
    error: UnavailableError,
    settings: Settings,
    channels: Sequence[Channel],
    clock: Clock,
) -> Sent:
    """Tell each channel once that all work stands still; `outage` is changed."""
    if error.is_transient and clock() - outage.since < _GRACE:
        return Sent()
    what = "object store" if isinstance(error, FilesUnavailableError) else "catalogue"
    trouble = Trouble("catalogue", "", f"the {what} cannot be reached", str(error), "")
    message = message_of(trouble, settings)
    waiting = [
        AlertDelivery(
            _NOT_RECORDED, one.name, message, outage.since, tries=outage.tries.get(one.name, 0)
        )
        for one in channels
        if one.name not in outage.sent_to
    ]
    return send_due(_OutageBook(outage, waiting), channels, clock, settings.alert_timeout_s)

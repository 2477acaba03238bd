"""What an alert says, and when it is sent again to a channel that did not take it."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_LONGEST_TITLE = 200
_LONGEST_TEXT = 3_000
_FIRST_WAIT_S = 60
_LONGEST_WAIT_S = 3_600
_LONGEST_WAIT_ASKED_FOR_S = 86_400
# Names in files come from outside: whatever moves a cursor or begins a header is left out.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """Plain text: a title of one line, the text, and a link where the UI's URL is set."""

    title: str
    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class AlertDelivery:
    """An alert on its way to one channel. `tries` are failed ones; all times are UTC."""

    alert_id: int
    channel: str
    message: AlertMessage
    raised_at: datetime
    ended_at: datetime | None = None
    tries: int = 0
    last_error: str | None = None


def alert_message(title: str, text: str, link: str | None = None) -> AlertMessage:
    """A message without control characters, no longer than people read."""
    return AlertMessage(
        _shortened(" ".join(_CONTROLS.sub(" ", title).split()), _LONGEST_TITLE),
        _shortened(_CONTROLS.sub(" ", text).strip(), _LONGEST_TEXT),
        link,
    )


def sent_message(delivery: AlertDelivery) -> AlertMessage:
    """The message as it is sent: with when it was raised, and when it ended if that is known."""
    message = delivery.message
    times = f"Raised at {delivery.raised_at:%Y-%m-%d %H:%M:%S} UTC."
    if delivery.ended_at is not None:
        times += f" It has passed or changed since, at {delivery.ended_at:%Y-%m-%d %H:%M:%S} UTC."
    return AlertMessage(message.title, f"{message.text}\n{times}", message.link)


def next_try_at(tries: int, now: datetime, retry_after_s: float | None = None) -> datetime:
    """When to send again after so many failed tries: after 1, 2, 4, … minutes, an hour at most.

    A channel can ask for a longer wait, of a day at most.
    """
    wait_s = min(_FIRST_WAIT_S * 2 ** min(tries - 1, 10), _LONGEST_WAIT_S)
    asked_for_s = min(retry_after_s or 0, _LONGEST_WAIT_ASKED_FOR_S)
    return now + timedelta(seconds=max(wait_s, asked_for_s))


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"

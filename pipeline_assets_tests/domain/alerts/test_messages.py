"""What a message says, and when it is sent again."""

from datetime import datetime, timedelta

import pytest

from pipeline_assets.domain.alerts.messages import (
    AlertDelivery,
    AlertMessage,
    alert_message,
    next_try_at,
    sent_message,
)

NOON = datetime(2026, 1, 1, 12)


def test_titles_are_one_line_texts_keep_theirs_and_neither_has_control_characters() -> None:
    made = alert_message("a\r\nb\x00\u2028c", "one\n\x1b[2Jtwo\r\u202ethree\t4")
    assert made == AlertMessage("a b c", "one\n [2Jtwo  three\t4")


def test_long_messages_are_cut_off() -> None:
    made = alert_message("t" * 1_000, "x" * 100_000)
    assert (len(made.title), len(made.text)) == (200, 3_000)
    assert made.text.endswith("x…")


@pytest.mark.parametrize(
    ("tries", "retry_after_s", "wait_s"),
    [
        (1, None, 60),
        (2, None, 120),
        (6, None, 1_920),
        (7, None, 3_600),
        (10_000, None, 3_600),
        (1, 10, 60),
        (1, 600, 600),
        (1, 1e12, 86_400),
    ],
)
def test_the_wait_doubles_up_to_an_hour_and_is_as_long_as_the_channel_asks_up_to_a_day(
    tries: int, retry_after_s: float | None, wait_s: float
) -> None:
    assert next_try_at(tries, NOON, retry_after_s) - NOON == timedelta(seconds=wait_s)


def test_a_message_that_comes_late_says_when_its_trouble_began_and_ended() -> None:
    message = AlertMessage("t", "Something is wrong.", "link")
    delivery = AlertDelivery(1, "webhook", message, NOON)
    assert sent_message(delivery) == AlertMessage(
        "t", "Something is wrong.\nRaised at 2026-01-01 12:00:00 UTC.", "link"
    )
    ended = AlertDelivery(1, "webhook", message, NOON, NOON + timedelta(hours=2))
    assert sent_message(ended).text.endswith("since, at 2026-01-01 14:00:00 UTC.")

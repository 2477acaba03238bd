"""The webhook's channel: what it sends, and how it tells that it was not taken."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pipeline_assets.alerts.channels import ChannelError, ChannelUrls, channels_of
from pipeline_assets.alerts.time_limit import within
from pipeline_assets.alerts.webhook import WebhookChannel
from pipeline_assets.domain.alerts.messages import AlertMessage, alert_message
from pipeline_assets_tests.alerts.servers import Webhook
from pipeline_assets_tests.enrichment.raw_server import raw_server

MESSAGE = AlertMessage("3 files refused", "Send them back.", "http://ui/runs/1?a=b&c=d")


def failure(channel: WebhookChannel, message: AlertMessage = MESSAGE) -> ChannelError:
    """What sending raises."""
    with pytest.raises(ChannelError) as raised:
        channel.send(message)
    assert "s3cr3t" not in str(raised.value)
    return raised.value


def test_a_message_is_posted_as_slack_takes_it(webhook: Webhook) -> None:
    (channel,) = channels_of(ChannelUrls(webhook=webhook.url), 5)
    channel.send(MESSAGE)
    text = "*pipeline-assets: 3 files refused*\nSend them back.\nhttp://ui/runs/1?a=b&amp;c=d"
    assert webhook.got == [{"text": text}]
    assert (channel.name, channel.shown) == ("webhook", "127.0.0.1")
    assert "s3cr3t" not in repr(channel)


def test_names_of_files_cannot_call_people_or_hide_links(webhook: Webhook) -> None:
    hostile = alert_message("<!channel>\r\nx", "a\x1b[31m<https://evil|ok> & b\u202e.jsonl")
    WebhookChannel(webhook.url, 5).send(hostile)
    assert webhook.texts == [
        "*pipeline-assets: &lt;!channel&gt; x*\na [31m&lt;https://evil|ok&gt; &amp; b .jsonl"
    ]


@pytest.mark.parametrize(
    ("status", "is_down"),
    [(500, True), (503, True), (429, True), (408, True), (404, False), (400, False), (302, False)],
)
def test_any_status_but_2xx_means_that_it_was_not_taken(
    webhook: Webhook, status: int, is_down: bool
) -> None:
    webhook.status = status
    error = failure(WebhookChannel(webhook.url, 5))
    assert str(error) == f"127.0.0.1 answered with HTTP status {status}"
    assert (error.is_down, error.retry_after_s) == (is_down, None)


def test_a_busy_server_says_how_long_to_wait_in_seconds_or_as_a_date(webhook: Webhook) -> None:
    webhook.status = 429
    channel = WebhookChannel(webhook.url, 5)
    webhook.headers = {"Retry-After": "120"}
    assert failure(channel).retry_after_s == 120
    later = datetime.now(UTC) + timedelta(minutes=5)
    webhook.headers = {"Retry-After": format_datetime(later, usegmt=True)}
    assert failure(channel).retry_after_s == pytest.approx(300, abs=3)
    for nonsense in ("soon", "-5", "1e9"):
        webhook.headers = {"Retry-After": nonsense}
        assert failure(channel).retry_after_s is None


def test_one_that_is_down_is_told_apart_from_one_that_refuses() -> None:
    error = failure(WebhookChannel(Webhook().url, 5))
    assert error.is_down
    assert str(error).startswith("127.0.0.1 cannot be reached (")


def test_one_that_hangs_is_given_up_after_its_time(webhook: Webhook) -> None:
    webhook.hangs_s = 1
    began = time.monotonic()
    error = failure(WebhookChannel(webhook.url, 0.2))
    assert time.monotonic() - began < 0.9
    assert (str(error), error.is_down) == ("127.0.0.1 did not answer within 0.2 s", True)


def test_one_that_goes_on_answering_for_ever_is_given_up_too() -> None:
    with raw_server() as server:
        drip: list[bytes | float] = [b"X: y\r\n", 0.1]
        server.plays["/"] = [b"HTTP/1.1 200 OK\r\n", *drip * 30]
        channel = WebhookChannel(server.origin + "/", 0.3)
        began = time.monotonic()
        with pytest.raises(ChannelError, match=r"was not done within 0\.5 s"):
            within(0.5, lambda: channel.send(MESSAGE))
        assert 0.4 < time.monotonic() - began < 1.5


def test_the_answers_body_is_not_read_to_its_end() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    drip: list[bytes | float] = [b"1\r\nx\r\n", 0.1]
    with raw_server() as server:
        server.plays["/"] = [head, *drip * 30]
        began = time.monotonic()
        WebhookChannel(server.origin + "/", 5).send(MESSAGE)
        assert time.monotonic() - began < 1


def test_an_error_of_our_own_is_not_swallowed_by_the_time_limit() -> None:
    def fails() -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError, match="a bug"):
        within(1, fails)

"""A webhook that takes `{"text": …}`, as those of Slack, Mattermost and others do."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from pipeline_assets.alerts.addresses import webhook_host
from pipeline_assets.alerts.channels import ChannelError, headline
from pipeline_assets.domain.alerts.messages import AlertMessage

_BUSY = (408, 425, 429)


class WebhookChannel:
    """Posts messages to one URL; through a proxy, if the environment names one."""

    name = "webhook"

    def __init__(self, url: str, timeout_s: float) -> None:
        self.shown = webhook_host(url)
        self._url = url
        self._timeout_s = timeout_s

    def send(self, message: AlertMessage) -> None:
        """Post it; any status 2xx means that it was taken."""
        try:
            with (
                httpx.Client(timeout=self._timeout_s) as client,
                client.stream("POST", self._url, json={"text": slack_text(message)}) as response,
            ):  # the body is not read: nothing in it matters, and it may have no end
                self._refuse_unless_taken(response)
        except httpx.TimeoutException as error:
            why = f"{self.shown} did not answer within {self._timeout_s:g} s"
            raise ChannelError(why) from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, OSError) as error:
            cause = str(error).replace(self._url, "…") or type(error).__name__
            raise ChannelError(f"{self.shown} cannot be reached ({cause})") from error

    def _refuse_unless_taken(self, response: httpx.Response) -> None:
        if response.is_success:
            return
        status = response.status_code
        raise ChannelError(
            f"{self.shown} answered with HTTP status {status}",
            is_down=response.is_server_error or status in _BUSY,
            retry_after_s=_retry_after_s(response.headers.get("Retry-After")),
        )


def slack_text(message: AlertMessage) -> str:
    """A message for Slack, where `&`, `<` and `>` are the signs that have to be escaped."""
    parts = (
        f"*{_escaped(headline(message))}*",
        _escaped(message.text),
        _escaped(message.link or ""),
    )
    return "\n".join(part for part in parts if part)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _retry_after_s(value: str | None) -> float | None:
    """The seconds that a `Retry-After` asks for, which is a number or a date."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())

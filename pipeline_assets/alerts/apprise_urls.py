"""Everything that Apprise can send to, by its URLs. Apprise is an optional extra."""

import io
import logging
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import cast

import apprise
from apprise.utils.parse import parse_urls

from pipeline_assets.alerts.channels import ChannelError, headline, plain_text
from pipeline_assets.domain.alerts.messages import AlertMessage


class AppriseChannel:
    """One of Apprise's URLs."""

    def __init__(self, service: apprise.NotifyBase, number: int) -> None:
        self.name = f"apprise-{number}"
        self.shown = str(service.service_name)
        self._service = service

    def send(self, message: AlertMessage) -> None:
        """Have Apprise send it; if it could not, what it logged says why."""
        with _log_capture() as log:
            try:
                is_sent = self._service.notify(
                    body=plain_text(message),
                    title=headline(message),
                    notify_type=apprise.NotifyType.WARNING,
                    body_format=apprise.NotifyFormat.TEXT,
                )
            except Exception as error:  # of any of a hundred services
                raise ChannelError(f"{self.shown}: {type(error).__name__}") from error
            said = log.getvalue().strip()
        if not is_sent:
            raise ChannelError(f"{self.shown}: {said or 'the message was not taken'}")


def _log_capture() -> AbstractContextManager[io.StringIO]:
    capture = apprise.LogCapture(level=logging.WARNING, fmt="%(message)s")  # type: ignore[no-untyped-call]
    return cast("AbstractContextManager[io.StringIO]", capture)


def apprise_channels(urls: str) -> Sequence[AppriseChannel]:
    """One channel for each URL, in their order; `urls` are separated by commas or spaces.

    Raises `ValueError` for one that Apprise does not know.
    """
    channels = []
    found: list[str] = parse_urls(urls)  # type: ignore[no-untyped-call]
    for number, url in enumerate(found, 1):
        with warnings.catch_warnings(action="ignore"):  # it now loads the modules of all services
            service = apprise.Apprise.instantiate(url)
        if not isinstance(service, apprise.NotifyBase):
            raise ValueError(
                f"Apprise cannot use URL number {number}; its documentation says how the URLs of "
                "each service are written"
            )
        channels.append(AppriseChannel(service, number))
    if not channels:
        raise ValueError("it has no URL of Apprise, such as json://localhost:8080")
    return channels

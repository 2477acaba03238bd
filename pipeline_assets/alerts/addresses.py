"""Where alerts go, as the settings say it. URLs hold secrets: no message and no repr shows those.

Reading them connects to nothing; each function raises `ValueError` with what to write instead.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from pipeline_assets.extras import how_to_install

_MAIL_EXAMPLE = "smtp://user:password@mail.example.com:587/?from=me@example.com&to=you@example.com"
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailAddress:
    """A mail server and whom to write to. `is_tls_only`: TLS from the first byte, no STARTTLS."""

    host: str
    port: int
    is_tls_only: bool
    sender: str
    recipients: Sequence[str]
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def webhook_host(url: str) -> str:
    """The host of a webhook's URL, which is all of it that may be shown."""
    return _parsed(url, ("http", "https"), "https://hooks.example.com/…").hostname or ""


def mail_address(url: str) -> MailAddress:
    """Read `smtp://user:password@host:587/?from=…&to=…`; `to` can be repeated."""
    parts = _parsed(url, tuple(_PORTS), _MAIL_EXAMPLE)
    given = parse_qs(parts.query, keep_blank_values=True)
    if given.keys() - {"from", "to"} or parts.path not in ("", "/") or parts.fragment:
        raise ValueError(f"after the host there can only be from= and to=, as in {_MAIL_EXAMPLE}")
    senders = [_mailbox(text) for text in given.get("from", [])]
    recipients = [_mailbox(one) for text in given.get("to", []) for one in text.split(",")]
    if len(senders) != 1 or not recipients:
        raise ValueError(f"it needs one from= and at least one to=, as in {_MAIL_EXAMPLE}")
    if (parts.username is None) != (parts.password is None):
        raise ValueError(f"it needs both user and password, or neither, as in {_MAIL_EXAMPLE}")
    return MailAddress(
        host=parts.hostname or "",
        port=parts.port or _PORTS[parts.scheme],
        is_tls_only=parts.scheme == "smtps",
        sender=senders[0],
        recipients=recipients,
        user=unquote(parts.username) if parts.username is not None else None,
        password=unquote(parts.password) if parts.password is not None else None,
    )


def ui_address(url: str) -> str:
    """The UI's URL without a slash at its end."""
    parts = _parsed(url, ("http", "https"), "https://dagster.example.com")
    if parts.query or parts.fragment:
        raise ValueError("it must end before any ? and #, as in https://dagster.example.com")
    return url.rstrip("/")


def check_apprise() -> None:
    """Raise `ValueError` if Apprise is not installed."""
    if importlib.util.find_spec("apprise") is None:
        raise ValueError(f"Apprise is not installed; run: {how_to_install('apprise')}")


def _parsed(url: str, schemes: Sequence[str], example: str) -> SplitResult:
    wrong = f"it must be a URL such as {example}"
    if not url.isprintable() or " " in url:
        raise ValueError(f"{wrong}, without spaces")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # it quotes what it cannot read
        raise ValueError(f"{wrong}; %-encode special characters of a password") from None
    if parts.scheme not in schemes or not parts.hostname:
        raise ValueError(wrong)
    return parts


def _mailbox(text: str) -> str:
    wrong = f"from= and to= take mail addresses, as in {_MAIL_EXAMPLE}"
    if not text.isprintable():
        raise ValueError(wrong)
    try:
        found = Address(addr_spec=text.strip())
    except Exception:  # the parser's errors are of several kinds
        raise ValueError(wrong) from None
    if not (found.username and found.domain):
        raise ValueError(wrong)
    return found.addr_spec

"""Servers on loopback that take alerts: a webhook, and a mail server."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from pipeline_assets_tests.processes import free_port

USER, PASSWORD = "pipeline", "p@ss/word"
_HOST = "127.0.0.1"


@dataclass
class Webhook:
    """What a webhook got, and how it answers; it may be down, which means that nothing listens."""

    port: int = field(default_factory=free_port)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs_s: float = 0
    asked: int = 0
    got: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address, with a secret in the path, as Slack's have."""
        return f"http://{_HOST}:{self.port}/services/T0/s3cr3t"

    @property
    def texts(self) -> list[str]:
        """The texts of what it took, in order."""
        return [one["text"] for one in self.got]

    @contextmanager
    def up(self) -> Iterator["Webhook"]:
        """It listens during the block."""
        with ThreadingHTTPServer((_HOST, self.port), _handler(self)) as server:
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()


def _handler(hook: Webhook) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hook.asked += 1
            time.sleep(hook.hangs_s)
            if hook.status < 300:
                hook.got.append(json.loads(body))
            self.send_response(hook.status)
            for name, value in hook.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


@dataclass
class MailServer:
    """What a mail server got: (recipients, mail, whether after STARTTLS, whether logged in)."""

    port: int = field(default_factory=free_port)
    got: list[tuple[list[str], EmailMessage, bool, bool]] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - aiosmtpd finds it by its name
        self, _: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        is_known = bool(session.auth_data)
        self.got.append((envelope.rcpt_tos, mail, session.ssl is not None, is_known))
        return "250 taken"

    async def handle_RCPT(  # noqa: N802
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept every recipient but one that nobody is."""
        if address.startswith("nobody@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 known"

    @contextmanager
    def up(
        self, starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None
    ) -> Iterator["MailServer"]:
        """It listens during the block: in the clear, with STARTTLS, or by TLS from the start."""
        server = Controller(
            self,
            hostname=_HOST,
            port=self.port,
            ssl_context=tls,
            tls_context=starttls,
            authenticator=_log_in,
            auth_require_tls=starttls is not None,
        )
        server.start()
        try:
            yield self
        finally:
            server.stop()


def _log_in(_: SMTP, __: Session, ___: Envelope, mechanism: str, data: Any) -> AuthResult:
    if not isinstance(data, LoginPassword):
        return AuthResult(success=False, handled=False)
    is_right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_right, handled=False, auth_data=data if is_right else None)

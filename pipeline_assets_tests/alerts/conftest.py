"""Servers that take alerts, and a certificate authority that this process trusts."""

import os
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from pipeline_assets_tests.alerts.servers import Webhook


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback is asked directly."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    """A webhook that listens."""
    with Webhook().up() as hook:
        yield hook


@dataclass(frozen=True)
class Authority:
    """An authority of the test's own. `bundle` is its certificate."""

    server: ssl.SSLContext
    bundle: Path


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """It has signed a certificate for loopback; nobody trusts it yet."""
    made = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path / "authority.pem"
    made.cert_pem.write_to_path(str(bundle))
    return Authority(context, bundle)


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The authority, which this process trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    return authority

"""What may be contacted: exactly the listed origins, and nothing internal by another name."""

import socket

import pytest

from pipeline_assets.enrichment.origins import AllowList
from pipeline_assets.errors import UsageError

SHOP = "https://www.shop.example"


def resolving_to(patch: pytest.MonkeyPatch, address: str) -> None:
    """Names lead to this address; there is no name service where tests run."""

    def found(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    patch.setattr(socket, "getaddrinfo", found)


@pytest.mark.parametrize(
    "url",
    [
        f"{SHOP}/product/1",
        f"{SHOP}:443/",
        "HTTPS://WWW.SHOP.EXAMPLE/x?y#z",
        "https://www.shop.example./",
    ],
)
def test_the_listed_origin_is_asked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, "104.18.0.1")
    assert AllowList.parse("www.shop.example").permits(url)
    assert AllowList.parse(f" other.example , {SHOP}:443").permits(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.shop.example/",
        f"{SHOP}:8443/",
        "https://shop.example/",
        "https://evil.example/www.shop.example",
        "https://www.shop.example.evil.example/",
        "https://www.shop.example@evil.example/",
        "https://me@www.shop.example/",
        "https://me:you@www.shop.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://169.254.169.254/latest/meta-data",
        "ftp://www.shop.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//www.shop.example/",
        "/product/1",
        "www.shop.example",
        "https://",
        "https://[broken/",
        "https://www.shop.example:99999999/",
        "",
        "\x00",
        "https://\udcff/",
    ],
)
def test_nobody_else_is_asked(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolving_to(monkeypatch, "104.18.0.1")
    assert not AllowList.parse("www.shop.example").permits(url)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254"])
def test_a_listed_name_that_leads_inside_is_not_asked(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolving_to(monkeypatch, address)
    assert not AllowList.parse("www.shop.example").permits(f"{SHOP}/")


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8080", "http://localhost:8080"])
def test_an_internal_address_is_asked_where_it_is_listed_itself(origin: str) -> None:
    allowed = AllowList.parse(origin)
    assert allowed.permits(f"{origin}/product/1")
    assert not allowed.permits(f"{origin}1/")
    assert not allowed.permits("http://127.0.0.2:8080/")


@pytest.mark.parametrize("text", ["ftp://shop.example", "https://", "http://me@x.example", "a b"])
def test_a_list_that_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="PIPELINE_ENRICHMENT_HOSTS"):
        AllowList.parse(text)

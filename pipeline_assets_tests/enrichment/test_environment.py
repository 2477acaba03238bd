"""What the environment says about HTTP changes neither the server asked nor what is sent to it."""

from pathlib import Path

import pytest
from werkzeug import Request, Response

from pipeline_assets.enrichment.fetching import FetchLimits, PageFetcher
from pipeline_assets.enrichment.origins import AllowList
from pipeline_assets.enrichment.pacing import Pacer
from pipeline_assets_tests.enrichment.shop import Shop, html, open_shop


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_no_proxy_of_the_environment_is_used(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with open_shop() as proxy:
        monkeypatch.setenv(variable, proxy.origin)
        with fetcher(shop) as asking:
            assert asking.fetch(shop.url("1")).body is not None
        assert (shop.asked, proxy.asked) == (["1"], [])


def test_no_password_of_a_netrc_file_is_sent(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sent: list[str | None] = []

    def remember(request: Request) -> Response:
        sent.append(request.headers.get("Authorization"))
        return html("")

    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    shop.pages["1"] = remember
    with fetcher(shop) as asking:
        asking.fetch(shop.url("1"))
    assert sent == [None]


def fetcher(shop: Shop) -> PageFetcher:
    """A fetcher as the pipeline makes it, without pauses."""
    limits = FetchLimits(timeout_s=2, attempts=1, back_off_s=0)
    return PageFetcher(AllowList.parse(shop.origin), Pacer(0), limits, "tests")

"""A shop's web site on loopback: product pages, captchas and outages, as tests set them up."""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from pipeline_assets_tests.workplace import Workplace

Behaviour = Callable[[Request], Response]

CAPTCHA = "<html><body>Are you a robot?</body></html>"


def gtin(number: int) -> str:
    """The GTIN-13 of Australian prefix with this running number and a correct check digit."""
    body = f"93{number:010d}"
    weighted = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(body))
    return f"{body}{-weighted % 10}"


def html(text: str) -> Response:
    """A page that came."""
    return Response(text, mimetype="text/html")


def linked_page(**product: Any) -> Behaviour:
    """A page with a JSON-LD product."""
    data = json.dumps({"@context": "https://schema.org", "@type": "Product"} | product)
    return lambda _: html(f'<script type="application/ld+json">{data}</script>')


def next_page(data: dict[str, Any]) -> Behaviour:
    """A page with `__NEXT_DATA__`."""
    script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(data)}</script>'
    return lambda _: html(f"<html><body>{script}</body></html>")


def answer(status: int, **headers: str) -> Behaviour:
    """A bare status."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Response("", status=status, headers=named)


@dataclass
class Shop:
    """Serves `/product/<sku>`: what `pages` says, else a page with the SKU's own GTIN.

    `asked` holds the SKUs of the pages asked for, in order. A session (cookie `session`) is blocked
    once it has had `pages_per_session` pages; `blocked` SKUs are never shown. `on_block` is called
    for each block, as an operator would see it.
    """

    server: HTTPServer
    pages: dict[str, Behaviour] = field(default_factory=dict)
    pages_per_session: int | None = None
    blocked: set[str] = field(default_factory=set)
    on_block: Callable[[], None] | None = None
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    _served: Counter[str] = field(default_factory=Counter)

    @property
    def origin(self) -> str:
        """What the allow-list has to hold."""
        return self.server.url_for("").rstrip("/")

    def url(self, sku: str) -> str:
        """The address of a SKU's page."""
        return self.server.url_for(f"/product/{sku}")

    def row(self, sku: str, **more: Any) -> dict[str, Any]:
        """A row of a Coles file without barcode, whose page is here."""
        product = {
            "sku": sku,
            "name": f"Article {sku}",
            "barcode": None,
            "price_current": 2.50,
            "url": self.url(sku),
            **more,
        }
        metadata = {"company": "coles", "store_id": "COL:401", "scraped_date": "2025-09-23"}
        return {"product": product, "metadata": metadata}

    def serve(self, request: Request) -> Response:
        """One request."""
        sku = request.path.rpartition("/")[2]
        self.asked.append(sku)
        self.agents.add(request.headers["User-Agent"])
        session = request.cookies.get("session", "")
        if sku in self.blocked or self._is_used_up(session):
            if self.on_block is not None:
                self.on_block()
            return html(CAPTCHA)
        self._served[session] += 1
        return self.pages.get(sku, linked_page(sku=sku, gtin13=gtin(int(sku))))(request)

    def _is_used_up(self, session: str) -> bool:
        return self.pages_per_session is not None and (
            not session or self._served[session] >= self.pages_per_session
        )


class Operator:
    """Exports the cookies of a new session into cookies.txt, as often as told."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.exports = 0

    def export(self) -> None:
        """A new session's cookies."""
        self.exports += 1
        fields = ("127.0.0.1", "FALSE", "/", "FALSE", "0", "session", f"s{self.exports}")
        self._path.write_text("# Netscape HTTP Cookie File\n" + "\t".join(fields) + "\n")


@contextmanager
def open_shop(host: str = "127.0.0.1") -> Iterator[Shop]:
    """A shop until the block ends."""
    server = HTTPServer(host=host, threaded=True)
    shop = Shop(server)
    server.expect_request(re.compile("/product/.*")).respond_with_handler(_locked(shop.serve))
    server.start()
    try:
        yield shop
    finally:
        server.stop()


def _locked(serve: Behaviour) -> Behaviour:
    """One request after the other, as the counts need it; slow answers do not hold the lock."""
    lock = threading.Lock()

    def serving(request: Request) -> Response:
        with lock:
            return serve(request)

    return serving


def at_shop(shop: Shop, patch: pytest.MonkeyPatch, **settings: object) -> None:
    """Have the environment's settings point to the shop, and lose no time."""
    values = {
        "hosts": shop.origin,
        "pause_s": 0,
        "back_off_s": 0,
        "renewal_wait_s": 0,
        "page_timeout_s": 2,
        **settings,
    }
    for name, value in values.items():
        patch.setenv(f"PIPELINE_ENRICHMENT_{name.upper()}", str(value))


def to_enrich(place: Workplace, name: str, rows: Sequence[dict[str, Any]]) -> None:
    """Put a file into the enrichment inbox."""
    content = "".join(json.dumps(row) + "\n" for row in rows)
    place.put(f"barcode_enrichment_inbox/{name}", content.encode())


def delivered(place: Workplace, name: str) -> list[dict[str, Any]]:
    """The products of an enriched file in the product inbox, in order."""
    lines = place.text(f"product_inbox/{name}").splitlines()
    return [json.loads(line)["product"] for line in lines]

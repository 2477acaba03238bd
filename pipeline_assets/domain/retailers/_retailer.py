"""The value that describes what a retailer does its own way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageData:
    """Where product pages carry JSON of their own, besides JSON-LD.

    `script`: a CSS selector of the element that holds it. `products`: where in it the product can
    be, in the order of trying. `barcode`: where in the product its GTIN is. Both are keys joined by
    dots.
    """

    script: str
    products: tuple[str, ...]
    barcode: str = "gtin"


@dataclass(frozen=True, slots=True)
class Retailer:
    """One retailer; the defaults are what most retailers do.

    `company`: its key, in lower case. `page_hosts`: the hosts to request its product pages from,
    unless a setting names others. `page_data`: what these pages carry besides JSON-LD.
    `store_cookie`: the cookie that tells its shop which store's range to show. `image_key`: the key
    of a second picture in its rows, which the catalogue keeps as `aldi_image_url`.
    `no_barcode_key`: the key in its rows that marks an article as known to have no barcode.
    """

    company: str
    page_hosts: tuple[str, ...] = ()
    page_data: PageData | None = None
    store_cookie: str | None = None
    image_key: str | None = None
    # Public, and named after the first retailer whose pages were read; files of others use it too.
    no_barcode_key: str = "has_no_coles_barcode"

    def cookies_for(self, store_id: str) -> dict[str, str]:
        """The cookies that make its shop show this store (`COL:401` is the shop's 401)."""
        return {self.store_cookie: store_id.rpartition(":")[2]} if self.store_cookie else {}

"""The value that describes what a retailer does its own way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageData:
    """Where product pages have JSON of their own, besides JSON-LD.

    `script`: a CSS selector for the element that contains it. `products`: where the product can be
    in it, in the order in which they are tried. `barcode`: where the GTIN is in the product. Both
    are keys joined by dots.
    """

    script: str
    products: tuple[str, ...]
    barcode: str = "gtin"


@dataclass(frozen=True, slots=True)
class Retailer:
    """One retailer; the defaults are what most retailers do.

    `company`: its key, in lower case. `page_hosts`: the hosts to request its product pages from,
    unless a setting names others. `page_data`: what these pages have besides JSON-LD.
    `store_cookie`: the cookie that selects the store whose range the shop shows. `image_key`: the
    key of a second picture in its rows, which the catalogue keeps as `aldi_image_url`.
    `no_barcode_key`: the key in its rows that marks an article as known to have no barcode.
    `describes_by_shelf_name`: whether the description in its rows is the name on the shelf, which
    the catalogue keeps; other retailers' descriptions are paragraphs of praise.
    """

    company: str
    page_hosts: tuple[str, ...] = ()
    page_data: PageData | None = None
    store_cookie: str | None = None
    image_key: str | None = None
    # A public name, after the first retailer whose pages were read; other retailers' files use it.
    no_barcode_key: str = "has_no_coles_barcode"
    describes_by_shelf_name: bool = False

    def cookies_for(self, store_id: str) -> dict[str, str]:
        """The cookies that make its shop show this store (`COL:401` is 401 in the shop)."""
        return {self.store_cookie: store_id.rpartition(":")[2]} if self.store_cookie else {}

"""What a retailer can do its own way."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageData:
    """Where a product page carries data of its own, beside JSON-LD.

    `script`: a CSS selector of the element that holds it, as JSON. `products`: where in it the
    product may stand, in the order of trying. `barcode`: where in the product its GTIN stands. Both
    are keys joined by dots.
    """

    script: str
    products: tuple[str, ...]
    barcode: str = "gtin"


@dataclass(frozen=True, slots=True)
class Retailer:
    """One retailer; a field that is left out stands for what most of them do.

    `company`: its key, in lower case. `page_hosts`: the hosts that may be asked for its product
    pages, unless a setting names others. `page_data`: what these pages carry beside JSON-LD.
    `store_cookie`: the cookie that tells its shop whose shelves to show. `image_key`: the key in
    its rows for a second picture, which the catalogue keeps as `aldi_image_url`. `no_barcode_key`:
    the key in its rows that says that the article is known to have no barcode.
    """

    company: str
    page_hosts: tuple[str, ...] = ()
    page_data: PageData | None = None
    store_cookie: str | None = None
    image_key: str | None = None
    # Named for the first retailer whose pages were asked; public, so all the others have it too.
    no_barcode_key: str = "has_no_coles_barcode"

    def cookies_for(self, store_id: str) -> dict[str, str]:
        """The cookies that have its shop show this store (`COL:401` is the shop's 401)."""
        return {self.store_cookie: store_id.rpartition(":")[2]} if self.store_cookie else {}

"""What each retailer does its own way: one module per retailer, which defines `RETAILER`.

The modules are found automatically. A retailer without peculiarities needs none. The row keys and
page data that a module names are read in the rows and pages of every company.
"""

from importlib import import_module
from pkgutil import iter_modules

from pipeline_assets.domain.retailers._retailer import PageData, Retailer

__all__ = [
    "IMAGE_KEYS",
    "NO_BARCODE_KEYS",
    "PAGE_DATA",
    "PAGE_HOSTS",
    "RETAILERS",
    "PageData",
    "Retailer",
    "retailer_of",
]

RETAILERS: tuple[Retailer, ...] = tuple(
    import_module(f"{__name__}.{module.name}").RETAILER
    for module in iter_modules(__path__)
    if not module.name.startswith("_")
)

PAGE_HOSTS = tuple(host for retailer in RETAILERS for host in retailer.page_hosts)
PAGE_DATA: tuple[PageData, ...] = tuple(
    retailer.page_data for retailer in RETAILERS if retailer.page_data is not None
)
# Each key once, even if several retailers use it.
IMAGE_KEYS = tuple(dict.fromkeys(one.image_key for one in RETAILERS if one.image_key is not None))
NO_BARCODE_KEYS = tuple(dict.fromkeys(one.no_barcode_key for one in (Retailer(""), *RETAILERS)))


def retailer_of(company: str) -> Retailer:
    """The retailer with this key; if it has no module, one without peculiarities."""
    found = (retailer for retailer in RETAILERS if retailer.company == company)
    return next(found, Retailer(company))

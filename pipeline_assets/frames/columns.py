"""The columns of each frame: name, dtype, and what it means with its unit.

dtypes are pandas' nullable ones, so that a missing value is `pd.NA` and numbers stay whole.
"""

from dataclasses import dataclass

TEXT, WHOLE, TRUTH, NUMBER = "string", "Int64", "boolean", "Float64"
DAY, MOMENT = "datetime64[s]", "datetime64[us, UTC]"


@dataclass(frozen=True, slots=True)
class FrameColumn:
    """One column of a frame.

    With `money="decimal"`, one in `_cents` or `_e4` becomes a column of `decimal.Decimal` dollars
    without that ending.
    """

    name: str
    dtype: str
    meaning: str

    @property
    def places(self) -> int | None:
        """How many decimal places of a dollar its unit is; None if it is no amount of money."""
        return 2 if self.name.endswith("_cents") else 4 if self.name.endswith("_e4") else None

    @property
    def name_in_dollars(self) -> str:
        """Its name where it is in dollars."""
        return self.name.removesuffix("_cents").removesuffix("_e4")


FrameColumns = tuple[FrameColumn, ...]

_COMPANY = FrameColumn("company", TEXT, "the company, such as `aldi`")
_STORE_ID = FrameColumn("store_id", TEXT, "the company's own number of the store")
_STORE = (
    _COMPANY,
    _STORE_ID,
    FrameColumn("store_name", TEXT, "the store's name"),
    FrameColumn("state", TEXT, "the state that the store is in"),
)
_SKU = FrameColumn("sku", TEXT, "the company's own number of the article, with its leading zeros")
_PRODUCT_ID = FrameColumn("product_id", WHOLE, "the product that it belongs to now")
_BARCODE = FrameColumn("barcode", TEXT, "GTIN-13 of the product, 13 digits")
_ARTICLE = (
    FrameColumn("name", TEXT, "name on the page"),
    FrameColumn("brand", TEXT, "the brand's name"),
    FrameColumn("size", TEXT, "size on the page"),
)
_CATEGORY = FrameColumn("category", TEXT, "the whole path of the category, root first")
_PAGES = (
    FrameColumn("url", TEXT, "address of the product's page"),
    FrameColumn("image_url", TEXT, "address of its picture"),
)
_REDIRECTED = FrameColumn(
    "is_redirected", TRUTH, "whether the product was asked for by a retired id"
)
_UNIT = (
    FrameColumn(
        "unit_price_e4", WHOLE, "price per unit of measure, in ten-thousandths of a dollar"
    ),
    FrameColumn("unit_of_measure", TEXT, "`kg`, `l`, `m`, `sheet`, `wash` or `ea`"),
)

PRICE_COLUMNS: FrameColumns = (
    *_STORE,
    *(_SKU, _PRODUCT_ID, _BARCODE),
    *(*_ARTICLE, _CATEGORY),
    FrameColumn("price_cents", WHOLE, "price today, in cents"),
    FrameColumn("previous_price_cents", WHOLE, "the price before it, in cents"),
    FrameColumn("was_price_cents", WHOLE, "what the store says it cost before, in cents"),
    FrameColumn("is_on_special", TRUTH, "whether the store says that it is on special"),
    *_UNIT,
    FrameColumn("is_available", TRUTH, "whether the store says that it is in stock"),
    FrameColumn("price_since", DAY, "day of the snapshot that first had this price"),
    FrameColumn("scraped_date", DAY, "day of the snapshot that the price comes from"),
    FrameColumn("is_estimate", TRUTH, "whether the price is that of the group's anchor"),
    FrameColumn("observed_store_id", TEXT, "the store whose price it is"),
    *_PAGES,
    _REDIRECTED,
)

CHANGE_COLUMNS: FrameColumns = (
    *_STORE,
    *(_SKU, _PRODUCT_ID, _BARCODE),
    *_ARTICLE,
    FrameColumn("kind", TEXT, "`first_seen`, `changed`, `delisted` or `back`"),
    FrameColumn("scraped_at", MOMENT, "time of the snapshot that brought the change"),
    FrameColumn("scraped_date", DAY, "day of that snapshot"),
    FrameColumn("price_cents", WHOLE, "the price from then on, in cents; missing if delisted"),
    FrameColumn("price_before_cents", WHOLE, "the last price that it had there, in cents"),
    FrameColumn("difference_cents", WHOLE, "price minus price before, in cents"),
    FrameColumn("difference_share", NUMBER, "that difference as a share of the price before"),
    _REDIRECTED,
)

PRODUCT_COLUMNS: FrameColumns = (
    FrameColumn("product_id", WHOLE, "the catalogue's number of the product"),
    _BARCODE,
    *(*_ARTICLE, _CATEGORY),
    FrameColumn("companies", WHOLE, "how many companies have it among their articles"),
    FrameColumn("skus", WHOLE, "how many articles of companies it joins"),
    *_PAGES,
    _REDIRECTED,
)

PRODUCT_PRICE_COLUMNS: FrameColumns = (
    FrameColumn("product_id", WHOLE, "the catalogue's number of the product"),
    *(_COMPANY, _BARCODE),
    *(*_ARTICLE, _CATEGORY),
    FrameColumn("lowest_cents", WHOLE, "lowest price today in any of its stores, in cents"),
    FrameColumn("median_cents", WHOLE, "the middle one of today's prices; of two, the lower"),
    FrameColumn("highest_cents", WHOLE, "highest price today, in cents"),
    FrameColumn("stores", WHOLE, "how many of its stores sell it"),
    FrameColumn("stores_current", WHOLE, "how many of these were current at post-processing"),
    *_UNIT,
    FrameColumn("low_90_days_cents", WHOLE, "lowest price in force in the last 90 days, in cents"),
    FrameColumn("low_90_days_date", DAY, "the first of these days on which it was in force"),
    FrameColumn("low_ever_cents", WHOLE, "lowest price ever, in cents"),
    FrameColumn("low_ever_date", DAY, "the first day on which it was in force"),
    *_PAGES,
    _REDIRECTED,
)

CHEAPEST_COLUMNS: FrameColumns = (
    *(_UNIT[1], _UNIT[0]),
    *(_COMPANY, _SKU, _PRODUCT_ID, _BARCODE),
    *(*_ARTICLE, _CATEGORY),
    FrameColumn("price_cents", WHOLE, "lowest price today in any of its stores, in cents"),
    FrameColumn("stores", WHOLE, "how many of its stores sell it"),
    FrameColumn("stores_current", WHOLE, "how many of these were current at post-processing"),
    _PAGES[0],
    _REDIRECTED,
)

STORE_COLUMNS: FrameColumns = (
    *_STORE[:3],
    FrameColumn("suburb", TEXT, "the suburb or town"),
    FrameColumn("postcode", TEXT, "the postcode"),
    _STORE[3],
    FrameColumn("latitude", NUMBER, "degrees north of the equator"),
    FrameColumn("longitude", NUMBER, "degrees east of Greenwich"),
    FrameColumn("scraped_at", MOMENT, "time of its last accepted snapshot"),
    FrameColumn("scraped_date", DAY, "day of its last accepted snapshot"),
    FrameColumn("is_current", TRUTH, "whether that is recent enough to speak for today"),
    FrameColumn("anchor_store_id", TEXT, "the store that its group is compared with"),
    FrameColumn("stores_in_group", WHOLE, "how many stores its group has"),
)

RESOLVED_COLUMNS: FrameColumns = (
    FrameColumn("asked_product_id", WHOLE, "the id that was asked for, in the order given"),
    FrameColumn("product_id", WHOLE, "the product that it refers to now; missing if unknown"),
    FrameColumn("is_retired", TRUTH, "whether the id was retired; missing if unknown"),
)

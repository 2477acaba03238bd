"""SKUs, the products they belong to, brands, and the conclusions and decisions about them."""

from sqlalchemy import Column, ForeignKey, Table, UniqueConstraint

from pipeline_assets.catalogue.schema.base import BARCODE, COMPANY, STORE_ID, metadata
from pipeline_assets.catalogue.schema.types import KEY, LONG_TEXT, MOMENT, text_of

brands = Table(
    "brands",
    metadata,
    Column("brand_id", KEY, primary_key=True, doc="the catalogue's number of the brand"),
    Column(
        "normalised_name",
        text_of(255),
        nullable=False,
        unique=True,
        doc="the brand's name in normal form: lower case, words sorted, each once",
    ),
    Column("name", text_of(255), nullable=False, doc="the brand's name as it is shown"),
)

brand_aliases = Table(
    "brand_aliases",
    metadata,
    Column(
        "alias", text_of(255), primary_key=True, doc="a normalised brand name that occurs in files"
    ),
    Column(
        "brand_id",
        KEY,
        ForeignKey("brands.brand_id"),
        nullable=False,
        index=True,
        doc="the brand that the name refers to",
    ),
    Column("spelling", text_of(255), nullable=False, doc="the name as files spell it"),
)

products = Table(
    "products",
    metadata,
    Column(
        "product_id",
        KEY,
        primary_key=True,
        doc="the catalogue's number of the product, never assigned twice",
    ),
    Column(
        "barcode", BARCODE, index=True, doc="GTIN-13 of the product; empty if no SKU of it has one"
    ),
    Column(
        "display_sku_id",
        KEY,
        nullable=False,
        index=True,
        doc="the SKU with the lowest (company, sku): its name and brand are the product's",
    ),
    Column("created_at", MOMENT, nullable=False, doc="when the product was first seen (UTC)"),
    sqlite_autoincrement=True,  # an id is never assigned twice
)

product_redirects = Table(
    "product_redirects",
    metadata,
    Column(
        "retired_product_id",
        KEY,
        primary_key=True,
        autoincrement=False,
        doc="the number of a product that has become another one",
    ),
    Column(
        "product_id",
        KEY,
        nullable=False,
        index=True,
        doc="the product that the number now refers to",
    ),
    Column("retired_at", MOMENT, nullable=False, doc="when the number was retired (UTC)"),
)

skus = Table(
    "skus",
    metadata,
    Column("sku_id", KEY, primary_key=True, doc="the catalogue's number of the SKU"),
    Column(
        "company",
        COMPANY,
        ForeignKey("companies.company"),
        nullable=False,
        doc="the company that sells it",
    ),
    Column(
        "sku",
        text_of(128),
        nullable=False,
        doc="the company's own number of the article; leading zeros matter",
    ),
    Column(
        "product_id",
        KEY,
        ForeignKey("products.product_id"),
        index=True,
        doc="the product that the SKU belongs to",
    ),
    Column(
        "name",
        text_of(512),
        nullable=False,
        doc="name on the page, from the newest snapshot that named the SKU",
    ),
    Column("brand_name", text_of(255), doc="brand on the page"),
    Column(
        "brand_alias",
        text_of(255),
        ForeignKey("brand_aliases.alias"),
        index=True,
        doc="the normalised brand name; `brand_aliases` says which brand that is",
    ),
    Column("size", text_of(255), doc="size on the page"),
    Column(
        "category_id",
        KEY,
        ForeignKey("categories.category_id"),
        index=True,
        doc="the category that it was last seen in",
    ),
    Column("url", text_of(2048), doc="address of the product's page"),
    Column("image_url", text_of(2048), doc="address of its picture"),
    Column(
        "aldi_image_url",
        text_of(2048),
        doc="address of a second picture, whichever company it comes from",
    ),
    Column(
        "match_key",
        text_of(512),
        index=True,
        doc="words of name, brand and sizes, sorted: SKUs that share it may be one product",
    ),
    Column(
        "facts_at",
        MOMENT,
        nullable=False,
        doc="time of the newest snapshot that named the SKU (UTC)",
    ),
    Column("facts_store_id", STORE_ID, nullable=False, doc="the store of that snapshot"),
    Column(
        "older_sources",
        LONG_TEXT,
        doc="for each fact that an older snapshot gave, its own source, as JSON",
    ),
    Column(
        "barcode",
        BARCODE,
        index=True,
        doc="GTIN-13, from the newest snapshot that gave a valid one",
    ),
    Column("barcode_at", MOMENT, doc="time of the snapshot that gave the barcode (UTC)"),
    Column("no_barcode_at", MOMENT, doc="when the product's page last showed no barcode (UTC)"),
    Column(
        "identity_file_id",
        KEY,
        nullable=False,
        index=True,
        doc="the last file that changed what decides the product, including facts of other SKUs",
    ),
    Column("description", text_of(255), doc="name on the shelf, of companies that state it"),
    UniqueConstraint("company", "sku"),
)

product_decisions = Table(
    "product_decisions",
    metadata,
    Column("decision_id", KEY, primary_key=True, doc="the catalogue's number of the decision"),
    Column(
        "kind",
        text_of(8),
        nullable=False,
        doc="`same` or `never`: whether the two SKUs are one product",
    ),
    Column("sku_id_a", KEY, ForeignKey("skus.sku_id"), nullable=False, doc="one SKU"),
    Column(
        "sku_id_b", KEY, ForeignKey("skus.sku_id"), nullable=False, index=True, doc="the other SKU"
    ),
    Column("note", text_of(512), doc="the operator's reason"),
    Column("decided_at", MOMENT, nullable=False, doc="when it was decided (UTC)"),
    UniqueConstraint("sku_id_a", "sku_id_b"),
)

product_merges = Table(
    "product_merges",
    metadata,
    Column("merge_id", KEY, primary_key=True, doc="the catalogue's number of the change"),
    Column("kind", text_of(8), nullable=False, doc="`merge` or `split`"),
    Column("from_product_id", KEY, nullable=False, index=True, doc="the product that SKUs left"),
    Column("into_product_id", KEY, nullable=False, index=True, doc="the product that they joined"),
    Column("reason", text_of(64), nullable=False, doc="the rule that decided"),
    Column("evidence", LONG_TEXT, nullable=False, doc="what the rule went by, as JSON"),
    Column("made_at", MOMENT, nullable=False, doc="when it was done (UTC)"),
)

brand_translations = Table(
    "brand_translations",
    metadata,
    Column("alias", text_of(255), primary_key=True, doc="a normalised brand name"),
    Column(
        "canonical",
        text_of(255),
        nullable=False,
        doc="the normalised name of the brand that it means",
    ),
    Column(
        "canonical_spelling", text_of(255), nullable=False, doc="that brand's name as it is shown"
    ),
    Column("rule", text_of(64), nullable=False, doc="the rule that decided"),
    Column("evidence", LONG_TEXT, nullable=False, doc="what the rule went by, as JSON"),
)

brand_decisions = Table(
    "brand_decisions",
    metadata,
    Column("decision_id", KEY, primary_key=True, doc="the catalogue's number of the decision"),
    Column(
        "kind",
        text_of(8),
        nullable=False,
        doc="`same` or `never`: whether the two names mean one brand",
    ),
    # No foreign keys: a decision outlives the last SKU that has the name.
    Column("alias_a", text_of(255), nullable=False, doc="one normalised brand name"),
    Column("alias_b", text_of(255), nullable=False, doc="the other name, later in the alphabet"),
    Column("note", text_of(512), doc="the operator's reason"),
    Column("decided_at", MOMENT, nullable=False, doc="when it was decided (UTC)"),
    UniqueConstraint("alias_a", "alias_b"),
)

product_translations = Table(
    "product_translations",
    metadata,
    Column("match_key", text_of(512), primary_key=True, doc="a match key of a product"),
    Column(
        "canonical_key",
        text_of(512),
        nullable=False,
        doc="the one match key that stands for all of that product",
    ),
)

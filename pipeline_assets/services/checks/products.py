"""Checks on products: every SKU has one, none has two barcodes, shared barcodes make sense."""

from pipeline_assets.catalogue.checks import products as catalogue
from pipeline_assets.catalogue.checks.offenders import MOST_OFFENDERS, Offenders
from pipeline_assets.domain.products.contradictions import names_contradict
from pipeline_assets.services.checks.check import Check, CheckContext, Severity
from pipeline_assets.services.checks.verdict import Verdict, counted, judge

_MEND = (
    "Have them placed again as docs/checks.md shows, then materialize `reconciled_products`; "
    "until then neither groups nor exported tables are made."
)
_PAIR = ("barcode", "company", "sku", "other_company", "other_sku", "name", "other_name")


def skus_have_a_product(context: CheckContext) -> Verdict:
    """Every SKU belongs to a product that exists."""
    found = catalogue.skus_without_product(context.connection)
    skus = catalogue.number_of_skus(context.connection)
    return judge(
        found,
        right=f"Each of {counted(skus, 'SKU')} belongs to a product.",
        wrong=f"{found.total:,} of {counted(skus, 'SKU')} belong to no product. {_MEND}",
        key_columns=2,
        figures={"skus": skus},
    )


def products_have_one_barcode(context: CheckContext) -> Verdict:
    """No product has more barcodes than operators have joined."""
    found = catalogue.products_with_two_barcodes(context.connection)
    return judge(
        found,
        right="No product has two barcodes, unless an operator decided that.",
        wrong=f"{counted(found.total, 'product')} with more than one barcode, which no operator "
        f"decided: different things are merged. {_MEND}",
        key_columns=1,
    )


def shared_barcodes_agree(context: CheckContext) -> Verdict:
    """Things with the same barcode have something in common in their names."""
    pairs = catalogue.pairs_sharing_a_barcode(context.connection)
    rows = [
        (barcode, a.company, a.sku, b.company, b.sku, a.name, b.name)
        for barcode, a, b in pairs
        if names_contradict(a.name, a.brand_name, b.name, b.brand_name)
    ]
    found = Offenders(_PAIR, rows[:MOST_OFFENDERS], len(rows))
    return judge(
        found,
        right="All SKUs that share a barcode have something in common in their names.",
        wrong=f"{counted(found.total, 'pair')} of SKUs share a barcode, but no word of their "
        "names: one of the shops gives a wrong barcode. Separate those that are different things "
        "with `pipeline-assets decide never SKU SKU`, and confirm the others with `same`.",
        key_columns=5,
    )


def _state_of_products(context: CheckContext) -> str:
    """What products are made of, and the day: once a day they are looked at whatever it says."""
    return f"{context.now.date()}: {catalogue.state_of_products(context.connection)}"


SKUS_HAVE_A_PRODUCT = Check(
    "skus_have_a_product",
    "reconciled_products",
    "Every SKU belongs to a product that exists.",
    skus_have_a_product,
    Severity.ERROR,
    is_blocking=True,
)
PRODUCTS_HAVE_ONE_BARCODE = Check(
    "products_have_one_barcode",
    "reconciled_products",
    "No product has two barcodes, unless an operator decided that its SKUs are the same.",
    products_have_one_barcode,
    Severity.ERROR,
    is_blocking=True,
)
SHARED_BARCODES_AGREE = Check(
    "shared_barcodes_agree",
    "reconciled_products",
    "SKUs that share a barcode have a word of their names in common.",
    shared_barcodes_agree,
    state=_state_of_products,
)

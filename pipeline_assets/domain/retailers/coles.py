"""Coles: its category pages show no barcodes, its product pages (made with Next.js) do.

Where its `brand` names the maker, its `description` has the brand on the shelf.
"""

from pipeline_assets.domain.retailers._retailer import PageData, Retailer

RETAILER = Retailer(
    company="coles",
    page_hosts=("www.coles.com.au",),
    page_data=PageData(
        script="script#__NEXT_DATA__",
        products=(
            "props.pageProps.product",
            "props.pageProps.pdpLayout.product",
            "pageProps.product",
            "pageProps.pdpLayout.product",
        ),
    ),
    store_cookie="fulfillmentStoreId",
    describes_by_shelf_name=True,
)

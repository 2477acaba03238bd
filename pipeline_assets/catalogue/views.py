"""The views that apps ask. Their columns are public and stay."""

# SQLite has no decimal type: there a view's money is the double nearest to the exact cents, so
# that it sorts and compares as a number; the tables hold the exact integers on both databases.
_MONEY = {
    "sqlite": "{column} / 100.0",
    "mysql": "CAST({column} / 100 AS DECIMAL(9, 2))",
}
_UNIT_PRICE = {
    "sqlite": "{column} / 10000.0",
    "mysql": "CAST({column} / 10000 AS DECIMAL(16, 4))",
}


def store_prices(dialect: str) -> str:
    """The select behind `store_prices`: one row per store and SKU that is sold there today."""
    return f"""
SELECT stores.company AS company,
       stores.store_id AS store_id,
       skus.sku AS sku,
       skus.product_id AS product_id,
       products.barcode AS barcode,
       skus.name AS name,
       brands.name AS brand,
       {_MONEY[dialect].format(column="prices.price_cents")} AS price,
       {_MONEY[dialect].format(column="prices.previous_price_cents")} AS previous_price,
       {_MONEY[dialect].format(column="prices.was_price_cents")} AS was_price,
       prices.is_on_special AS is_on_special,
       {_UNIT_PRICE[dialect].format(column="prices.unit_price_e4")} AS unit_price,
       prices.unit_of_measure AS unit_of_measure,
       stores.last_scraped_date AS scraped_date
  FROM prices
  JOIN stores ON stores.store_key = prices.store_key
  JOIN skus ON skus.sku_id = prices.sku_id
  JOIN products ON products.product_id = skus.product_id
  LEFT JOIN brand_aliases ON brand_aliases.alias = skus.brand_alias
  LEFT JOIN brands ON brands.brand_id = brand_aliases.brand_id"""

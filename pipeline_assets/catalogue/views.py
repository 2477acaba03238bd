"""The views that apps query. Their columns are public and do not change."""

from pipeline_assets.catalogue.database.dialect import Dialect

# A store is current while its last accepted snapshot is at most this many days old.
_CURRENT_DAYS = "(SELECT value FROM catalogue_settings WHERE name = 'current_days')"


def _prices(dialect: Dialect) -> str:
    """The columns that `store_prices` and `estimated_prices` share, from `prices` to `brands`."""
    return f"""
       skus.sku AS sku,
       skus.product_id AS product_id,
       products.barcode AS barcode,
       skus.name AS name,
       brands.name AS brand,
       {dialect.decimal("prices.price_cents", 9, 2)} AS price,
       {dialect.decimal("prices.previous_price_cents", 9, 2)} AS previous_price,
       {dialect.decimal("prices.was_price_cents", 9, 2)} AS was_price,
       prices.is_on_special AS is_on_special,
       {dialect.decimal("prices.unit_price_e4", 16, 4)} AS unit_price,
       prices.unit_of_measure AS unit_of_measure"""


_ARTICLES = """
  JOIN skus ON skus.sku_id = prices.sku_id
  JOIN products ON products.product_id = skus.product_id
  LEFT JOIN brand_aliases ON brand_aliases.alias = skus.brand_alias
  LEFT JOIN brands ON brands.brand_id = brand_aliases.brand_id"""


def store_prices(dialect: Dialect) -> str:
    """The select behind `store_prices`: one row per store and SKU that it sells now."""
    return f"""
SELECT stores.company AS company,
       stores.store_id AS store_id,{_prices(dialect)},
       stores.last_scraped_date AS scraped_date
  FROM prices
  JOIN stores ON stores.store_key = prices.store_key{_ARTICLES}"""


def estimated_prices(dialect: Dialect) -> str:
    """The select behind `estimated_prices`: its anchor's prices for a store that is not current.

    A store that is current, or whose anchor is not current either, has its own prices.
    """
    return f"""
SELECT stores.company AS company,
       stores.store_id AS store_id,{_prices(dialect)},
       observed.last_scraped_date AS scraped_date,
       observed.store_key <> stores.store_key AS is_estimate,
       observed.store_id AS observed_store_id
  FROM stores
  JOIN store_group_members
    ON store_group_members.company = stores.company
   AND store_group_members.store_id = stores.store_id
  JOIN store_groups ON store_groups.group_id = store_group_members.group_id
  JOIN stores AS anchors
    ON anchors.company = store_groups.company AND anchors.store_id = store_groups.anchor_store_id
  JOIN stores AS observed
    ON observed.store_key = CASE
         WHEN stores.last_scraped_at >= {dialect.days_ago(_CURRENT_DAYS)} THEN stores.store_key
         WHEN anchors.last_scraped_at >= {dialect.days_ago(_CURRENT_DAYS)} THEN anchors.store_key
         ELSE stores.store_key
       END
  JOIN prices ON prices.store_key = observed.store_key{_ARTICLES}"""


def stores_to_scrape(dialect: Dialect) -> str:
    """The select behind `stores_to_scrape`: all stores, most worth scraping first.

    First those never scraped, then flagged anchors, then stale ones, then those that are current;
    in each, anchors before members, then the stalest first.
    """
    return f"""
SELECT stores.company AS company,
       stores.store_id AS store_id,
       stores.store_name AS store_name,
       stores.state AS state,
       stores.last_scraped_date AS scraped_date,
       CASE
         WHEN stores.last_scraped_at IS NULL THEN 'never scraped'
         WHEN is_flagged AND anchor_store_id = stores.store_id THEN 'flagged'
         WHEN stores.last_scraped_at >= {dialect.days_ago(_CURRENT_DAYS)} THEN 'current'
         ELSE 'stale'
       END AS reason,
       anchor_store_id = stores.store_id AS is_anchor,
       (SELECT COUNT(*) FROM store_group_members AS others
         WHERE others.group_id = store_groups.group_id) AS stores_in_group
  FROM stores
  JOIN store_group_members
    ON store_group_members.company = stores.company
   AND store_group_members.store_id = stores.store_id
  JOIN store_groups ON store_groups.group_id = store_group_members.group_id
 ORDER BY CASE
            WHEN stores.last_scraped_at IS NULL THEN 1
            WHEN is_flagged AND anchor_store_id = stores.store_id THEN 2
            WHEN stores.last_scraped_at >= {dialect.days_ago(_CURRENT_DAYS)} THEN 4
            ELSE 3
          END,
          CASE WHEN anchor_store_id = stores.store_id THEN 0 ELSE 1 END,
          stores.last_scraped_at, stores.company, stores.store_id"""

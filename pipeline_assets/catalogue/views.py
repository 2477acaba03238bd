"""The views that apps query. Their columns are public and do not change."""

from pipeline_assets.catalogue.database.dialect import Dialect

# A store is current while its last accepted snapshot is at most this many days old.
CURRENT_DAYS = "(SELECT value FROM catalogue_settings WHERE name = 'current_days')"


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


# What an app shows beside a price. These columns came later, so they stand after the others.
_SHOWN = """
       skus.size AS size,
       categories.path AS category,
       stores.store_name AS store_name,
       stores.state AS state,
       skus.url AS url,
       skus.image_url AS image_url,
       prices.is_available AS is_available,
       prices.price_since_date AS price_since"""


def _articles(sku_id: str) -> str:
    """The joins from a SKU, by its id, to its product and brand.

    That its company is the store's goes without saying; said, it lets a look-up by company and SKU
    begin with the SKU.
    """
    return f"""
  JOIN skus ON skus.sku_id = {sku_id} AND skus.company = stores.company
  JOIN products ON products.product_id = skus.product_id
  LEFT JOIN brand_aliases ON brand_aliases.alias = skus.brand_alias
  LEFT JOIN brands ON brands.brand_id = brand_aliases.brand_id"""


_SOLD = f"""{_articles("prices.sku_id")}
  LEFT JOIN categories ON categories.category_id = skus.category_id"""


def store_prices(dialect: Dialect) -> str:
    """The select behind `store_prices`: one row per store and SKU that it sells now."""
    return f"""
SELECT stores.company AS company,
       stores.store_id AS store_id,{_prices(dialect)},
       stores.last_scraped_date AS scraped_date,{_SHOWN}
  FROM prices
  JOIN stores ON stores.store_key = prices.store_key{_SOLD}"""


def estimated_prices(dialect: Dialect) -> str:
    """The select behind `estimated_prices`: its anchor's prices for a store that is not current.

    A store that is current, or whose anchor is not current either, has its own prices.
    """
    return f"""
SELECT stores.company AS company,
       stores.store_id AS store_id,{_prices(dialect)},
       observed.last_scraped_date AS scraped_date,
       observed.store_key <> stores.store_key AS is_estimate,
       observed.store_id AS observed_store_id,{_SHOWN}
  FROM stores
  JOIN store_group_members
    ON store_group_members.company = stores.company
   AND store_group_members.store_id = stores.store_id
  JOIN store_groups ON store_groups.group_id = store_group_members.group_id
  JOIN stores AS anchors
    ON anchors.company = store_groups.company AND anchors.store_id = store_groups.anchor_store_id
  JOIN stores AS observed
    ON observed.store_key = CASE
         WHEN stores.last_scraped_at >= {dialect.days_ago(CURRENT_DAYS)} THEN stores.store_key
         WHEN anchors.last_scraped_at >= {dialect.days_ago(CURRENT_DAYS)} THEN anchors.store_key
         ELSE stores.store_key
       END
  JOIN prices ON prices.store_key = observed.store_key{_SOLD}"""


def price_changes(dialect: Dialect) -> str:
    """The select behind `price_changes`: one row per change of the price of a SKU in a store.

    `price_before` is the last price that it had there, also for one that was away and is back. Of
    years that were moved to files, the table has only what rules need, so they are left out.
    """

    def dollars(cents: str) -> str:
        return dialect.decimal(cents, 9, 2)

    # MySQL divides to four digits more than these, and rounds there: the next rounding is a second.
    exact = "(price_cents - before_cents) * 1.00000000"
    return f"""
SELECT company, store_id, store_name, sku, product_id, barcode, name, brand, size,
       kind, scraped_at, scraped_date,
       {dollars("price_cents")} AS price,
       {dollars("before_cents")} AS price_before,
       {dollars("(price_cents - before_cents)")} AS difference,
       ROUND({exact} / before_cents, 4) AS difference_share
  FROM (SELECT stores.company AS company,
               stores.store_id AS store_id,
               stores.store_name AS store_name,
               skus.sku AS sku,
               skus.product_id AS product_id,
               products.barcode AS barcode,
               skus.name AS name,
               brands.name AS brand,
               skus.size AS size,
               price_history.`change` AS kind,
               price_history.scraped_at AS scraped_at,
               price_history.scraped_date AS scraped_date,
               price_history.price_cents AS price_cents,
               (SELECT earlier.price_cents
                  FROM price_history AS earlier
                 WHERE earlier.store_key = price_history.store_key
                   AND earlier.sku_id = price_history.sku_id
                   AND earlier.scraped_at < price_history.scraped_at
                   AND earlier.price_cents IS NOT NULL
                 ORDER BY earlier.scraped_at DESC
                 LIMIT 1) AS before_cents
          FROM price_history
          JOIN stores
            ON stores.store_key = price_history.store_key{_articles("price_history.sku_id")}
         WHERE COALESCE(price_history.scraped_at >= (SELECT MAX(until_at)
                                                       FROM price_history_files), 1)
       ) AS changes"""


# The newest refused file of a store that still needs someone: no file of it was accepted since.
_REFUSED = """
                  LEFT JOIN (SELECT company, store_id, MAX(attempt_id) AS attempt_id
                               FROM file_attempts
                              WHERE outcome = 'quarantined'
                                AND reason <> 'duplicate'
                                AND acknowledged_at IS NULL
                              GROUP BY company, store_id
                            ) AS newest
                    ON newest.company = stores.company AND newest.store_id = stores.store_id
                  LEFT JOIN file_attempts AS refusal
                    ON refusal.attempt_id = newest.attempt_id
                   AND NOT EXISTS (SELECT 1
                                     FROM ingested_files AS accepted
                                    WHERE accepted.company = stores.company
                                      AND accepted.store_id = stores.store_id
                                      AND accepted.ingested_at > refusal.ended_at)"""

_REASONS = ("flagged", "never scraped", "stale", "current")


def stores_to_scrape(dialect: Dialect) -> str:
    """The select behind `stores_to_scrape`: all stores, most worth scraping first.

    By reason in the order of `_REASONS`; of those with the same reason, one store of each group
    before a second one of it, anchors before members, then the stalest first. A store whose newest
    file was refused, and of which none was accepted since, is shown with that file.
    """
    order = " ".join(f"WHEN '{reason}' THEN {at}" for at, reason in enumerate(_REASONS))
    return f"""
SELECT company, store_id, store_name, state, scraped_date, reason, is_anchor, stores_in_group,
       suburb, postcode, latitude, longitude, claimed_until,
       refused_file, refused_reason, refused_at
  FROM (SELECT found.*,
               ROW_NUMBER() OVER (
                 PARTITION BY reason, group_id, CASE WHEN group_id IS NULL THEN store_key END
                 ORDER BY is_anchor DESC, last_scraped_at, store_id
               ) AS turn
          FROM (SELECT stores.*,
                       stores.last_scraped_date AS scraped_date,
                       CASE
                         WHEN stores.last_scraped_at IS NULL THEN 'never scraped'
                         WHEN is_flagged AND anchor_store_id = stores.store_id THEN 'flagged'
                         WHEN stores.last_scraped_at >= {dialect.days_ago(CURRENT_DAYS)}
                           THEN 'current'
                         ELSE 'stale'
                       END AS reason,
                       store_groups.group_id AS group_id,
                       COALESCE(anchor_store_id = stores.store_id, 1) AS is_anchor,
                       CASE WHEN store_groups.group_id IS NULL THEN 1
                            ELSE (SELECT COUNT(*) FROM store_group_members AS others
                                   WHERE others.group_id = store_groups.group_id)
                       END AS stores_in_group,
                       refusal.name AS refused_file,
                       refusal.reason AS refused_reason,
                       refusal.ended_at AS refused_at
                  FROM stores
                  LEFT JOIN store_group_members
                    ON store_group_members.company = stores.company
                   AND store_group_members.store_id = stores.store_id
                  LEFT JOIN store_groups
                    ON store_groups.group_id = store_group_members.group_id{_REFUSED}
               ) AS found
       ) AS ranked
 ORDER BY CASE reason {order} END, turn,
          is_anchor DESC, last_scraped_at, company, store_id"""

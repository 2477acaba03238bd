"""The views on pairs of SKUs that are offered to people; see `views` for the others."""

from pipeline_assets.catalogue.database.dialect import Dialect


def _pair(table: str) -> str:
    return f"""
  FROM {table}
  JOIN skus AS first ON first.sku_id = {table}.sku_id_a
  JOIN skus AS second ON second.sku_id = {table}.sku_id_b"""


def match_suggestions(dialect: Dialect) -> str:
    """The select behind `match_suggestions`: one row per pair that is or was suggested."""
    return f"""
SELECT first.company AS company_a,
       first.sku AS sku_a,
       first.name AS name_a,
       second.company AS company_b,
       second.sku AS sku_b,
       second.name AS name_b,
       {dialect.decimal("sku_suggestions.confidence_e6", 7, 6)} AS confidence,
       sku_suggestions.`class` AS `class`,
       sku_suggestions.evidence AS evidence,
       sku_suggestions.model_version AS model_version,
       sku_suggestions.suggested_date AS suggested_date,
       sku_suggestions.state AS state{_pair("sku_suggestions")}"""


def comparable_products(dialect: Dialect) -> str:
    """The select behind `comparable_products`: each pair once, the lower (company, SKU) first."""

    def side(sku: str, letter: str) -> str:
        return f"""
       {sku}.company AS company_{letter},
       {sku}.sku AS sku_{letter},
       {sku}.product_id AS product_id_{letter},
       {sku}.name AS name_{letter},
       {sku}.size AS size_{letter},
       {dialect.decimal(f"of_{sku}.lowest_cents", 9, 2)} AS price_{letter},"""

    prices = "".join(
        f"""
  LEFT JOIN company_products AS of_{sku}
    ON of_{sku}.product_id = {sku}.product_id AND of_{sku}.company = {sku}.company"""
        for sku in ("first", "second")
    )
    return f"""
SELECT{side("first", "a")}{side("second", "b")}
       {dialect.decimal("comparable_pairs.score_e6", 7, 6)} AS score,
       comparable_pairs.reason AS reason{_pair("comparable_pairs")}{prices}"""

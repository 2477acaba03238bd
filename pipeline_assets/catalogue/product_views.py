"""The views on what post-processing keeps by product and company; see `views` for the others."""

from pipeline_assets.catalogue.database.dialect import Dialect

# The company of a SKU and of its category goes without saying; said, it lets a look-up by company
# and category begin with the category.
_CHEAPEST = """
  FROM company_products
  JOIN products ON products.product_id = company_products.product_id
  JOIN skus ON skus.sku_id = company_products.cheapest_sku_id
           AND skus.company = company_products.company
  LEFT JOIN brand_aliases ON brand_aliases.alias = skus.brand_alias
  LEFT JOIN brands ON brands.brand_id = brand_aliases.brand_id
  LEFT JOIN categories ON categories.category_id = skus.category_id
                      AND categories.company = company_products.company"""


def product_prices(dialect: Dialect) -> str:
    """The select behind `product_prices`: one row per product and company that sells it now.

    Name, brand, size, category and addresses are those of the company's cheapest SKU.
    """

    def dollars(cents: str) -> str:
        return dialect.decimal(f"company_products.{cents}", 9, 2)

    return f"""
SELECT company_products.product_id AS product_id,
       company_products.company AS company,
       products.barcode AS barcode,
       skus.name AS name,
       brands.name AS brand,
       skus.size AS size,
       categories.path AS category,
       {dollars("lowest_cents")} AS lowest_price,
       {dollars("median_cents")} AS median_price,
       {dollars("highest_cents")} AS highest_price,
       company_products.stores AS stores,
       company_products.stores_current AS stores_current,
       {dialect.decimal("company_products.unit_price_e4", 16, 4)} AS unit_price,
       company_products.unit_of_measure AS unit_of_measure,
       {dollars("low_90_cents")} AS low_90_days,
       company_products.low_90_date AS low_90_days_date,
       {dollars("low_ever_cents")} AS low_ever,
       company_products.low_ever_date AS low_ever_date,
       skus.url AS url,
       skus.image_url AS image_url{_CHEAPEST}"""


def cheapest_per_unit(dialect: Dialect) -> str:
    """The select behind `cheapest_per_unit`: what a unit of each product costs at each company.

    It has the products of `product_prices` whose cheapest SKU has a unit price. There is no order
    or rank in it: who asks for a category, or for found products, sorts that by `unit_price`.
    """
    return f"""
SELECT categories.path AS category,
       company_products.unit_of_measure AS unit_of_measure,
       {dialect.decimal("company_products.unit_price_e4", 16, 4)} AS unit_price,
       {dialect.decimal("company_products.lowest_cents", 9, 2)} AS price,
       company_products.company AS company,
       company_products.product_id AS product_id,
       products.barcode AS barcode,
       skus.sku AS sku,
       skus.name AS name,
       brands.name AS brand,
       skus.size AS size,
       company_products.stores AS stores,
       company_products.stores_current AS stores_current,
       skus.url AS url{_CHEAPEST}
 WHERE company_products.unit_price_e4 IS NOT NULL"""

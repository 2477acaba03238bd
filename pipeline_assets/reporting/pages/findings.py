"""What the report says first, in a few sentences."""

from collections.abc import Sequence

from pipeline_assets.domain.comparison.price_levels import PairBasket
from pipeline_assets.reporting.pages.formats import company_title, dollars, quantity
from pipeline_assets.reporting.pages.overview import CatalogueOverview

_ALIKE_PERCENT = 0.05


def findings(overview: CatalogueOverview) -> list[str]:
    """The sentences, the most important first; none of an empty catalogue."""
    found = [_cheapest(overview), _week(overview), _freshness(overview)]
    return [sentence for sentence in found if sentence]


def _cheapest(overview: CatalogueOverview) -> str:
    levels = sorted(overview.levels.items(), key=lambda one: (one[1], one[0]))
    if len(levels) < 2:
        return ""
    (cheapest, _), *others = levels
    dearer = [_dearer(overview.baskets, cheapest, *other) for other in others]
    return (
        f"{company_title(cheapest)} is cheapest on the products that companies share: "
        f"{_listed(dearer)}.{_example(overview.baskets, cheapest)}"
    )


def _dearer(baskets: Sequence[PairBasket], cheapest: str, company: str, level: float) -> str:
    """How much dearer a company is than the cheapest, and on how many products that is known."""
    pair = {cheapest, company}
    shared = sum(one.products for one in baskets if {one.company_a, one.company_b} == pair)
    known = f" ({quantity(shared, 'shared product')})" if shared else ""
    above = level - 100
    if above < _ALIKE_PERCENT:
        return f"{company_title(company)} costs the same{known}"
    return f"{company_title(company)} is {above:.1f} % dearer{known}"


def _example(baskets: Sequence[PairBasket], cheapest: str) -> str:
    """The largest basket of the cheapest company, in dollars."""
    its = [one for one in baskets if cheapest in (one.company_a, one.company_b)]
    largest = max(its, key=lambda one: one.products)
    costs = {largest.company_a: largest.cents_a, largest.company_b: largest.cents_b}
    other = largest.company_b if largest.company_a == cheapest else largest.company_a
    products = quantity(largest.products, "product")
    return (
        f" One of each of the {products} that it shares with {company_title(other)} costs "
        f"{dollars(costs[cheapest])} there and {dollars(costs[other])} at {company_title(other)}."
    )


def _week(overview: CatalogueOverview) -> str:
    falls = sum(one.falls for one in overview.weeks)
    rises = sum(one.rises for one in overview.weeks)
    if not falls and not rises:
        return ""
    return (
        f"In the last week {quantity(falls, 'price')} fell and {quantity(rises, 'price')} rose, "
        "counted in each store."
    )


def _freshness(overview: CatalogueOverview) -> str:
    standings = overview.standings
    scraped = sum(one.stores_scraped for one in standings)
    current = sum(one.stores_current for one in standings)
    if not scraped:
        return ""
    days = quantity(overview.current_days, "day")
    if not current:
        return f"No store has been scraped in the last {days}: all prices here are old."
    unknown = sum(one.stores_known for one in standings) - scraped
    more = f"; {quantity(unknown, 'known store')} have never been scraped" if unknown > 1 else ""
    return (
        f"{current:,} of {quantity(scraped, 'scraped store')} have a snapshot from the last "
        f"{days}{more}."
    )


def _listed(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last

"""The catalogue report as one HTML file: no script, nothing from elsewhere, every text escaped.

The same overview gives the same bytes.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline_assets.domain.comparison.price_levels import FEWEST_PRODUCTS, PairBasket
from pipeline_assets.domain.comparison.regions import ELSEWHERE, STATES, state_of
from pipeline_assets.reporting.escaping import in_html
from pipeline_assets.reporting.pages import australia, formats
from pipeline_assets.reporting.pages.charts import (
    BARS_HEIGHT,
    BARS_WIDTH,
    SPARK_HEIGHT,
    SPARK_WIDTH,
    activity_bars,
    sparkline,
)
from pipeline_assets.reporting.pages.findings import findings
from pipeline_assets.reporting.pages.overview import CatalogueOverview, StoreTotals
from pipeline_assets.reporting.pages.store_map import store_map

STATE_NAME = "catalogue-state"
"""The name of the `meta` element that says what the page was made of."""

# One for each company, so that colour is never all that tells them apart.
_SHAPES = (
    "M0-5a5 5 0 1 0 .01 0Z",
    "M-4.4-4.4H4.4V4.4H-4.4Z",
    "M0-5.2L5.2 4.4H-5.2Z",
    "M0-5.8L5.8 0L0 5.8L-5.8 0Z",
    "M0 5.2L5.2-4.4H-5.2Z",
    "M-1.9-5.2H1.9V-1.9H5.2V1.9H1.9V5.2H-1.9V1.9H-5.2V-1.9H-1.9Z",
)


def catalogue_page(overview: CatalogueOverview) -> str:
    """The whole page."""
    css = _style()
    digest = b64encode(sha256(css.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        _templates()
        .get_template("catalogue.html.j2")
        .render(
            css=Markup(css),  # noqa: S704  the package's own file
            policy=policy,
            state_name=STATE_NAME,
            o=overview,
            findings=findings(overview),
            numbers={company: at for at, company in enumerate(overview.companies)},
            totals=_totals(overview),
            by_company={one.company: one for one in overview.standings},
            ranges={one.company: one for one in overview.ranges},
            coverage=_coverage_rows(overview),
            shared=sum(n for companies, n in overview.shared_by.items() if companies > 1),
            newest=max(
                (one.newest_on for one in overview.standings if one.newest_on), default=None
            ),
            week_ends={one.company: one.newest_on for one in overview.standings},
            bars=activity_bars(overview.activity),
            map=store_map(overview.places),
            pairs=[pair for pair in overview.baskets if pair.products >= FEWEST_PRODUCTS],
            pairs_left_out=[pair for pair in overview.baskets if pair.products < FEWEST_PRODUCTS],
        )
    )


@cache
def _style() -> str:
    return (files(__package__) / "templates" / "catalogue.css").read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("pipeline_assets.reporting.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalised,
    )
    for written in (
        formats.number,
        formats.dollars,
        formats.share,
        formats.change,
        formats.level,
        formats.day,
        formats.short_day,
        formats.moment,
        formats.quantity,
        formats.company_title,
        formats.name,
        formats.key,
        formats.sentence,
        formats.size_beside,
        state_of,
    ):
        environment.filters[written.__name__] = written
    environment.filters["segments"] = _segments
    environment.globals.update(
        shapes=_SHAPES,
        sparkline=sparkline,
        spark=(SPARK_WIDTH, SPARK_HEIGHT),
        bars_box=(BARS_WIDTH, BARS_HEIGHT),
        australia=_outline(),
        fewest=FEWEST_PRODUCTS,
    )
    return environment


def _finalised(value: Any) -> Any:
    """What is put into the page in place of a value; texts have no sign that is not seen."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return Markup(in_html(value))  # noqa: S704  escaped just now
    return value


def _outline() -> Mapping[str, Any]:
    """The map without stores: paths of coasts, borders and grid, and the states' names."""
    grid = [
        [(float(east), -south / 1) for south in range(8, 46, 1)] for east in range(110, 160, 10)
    ] + [[(float(east), -float(south)) for east in range(108, 160)] for south in range(10, 50, 10)]
    return {
        "width": australia.WIDTH,
        "height": australia.HEIGHT,
        "coasts": "".join(f"{_path(line)}Z" for line in australia.COASTS),
        "borders": "".join(map(_path, australia.BORDERS)),
        "grid": "".join(map(_path, grid)),
        "labels": [(text, *australia.projected(*at)) for text, at in australia.LABELS.items()],
    }


def _path(line: Sequence[australia.Degrees]) -> str:
    points = (australia.projected(*place) for place in line)
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _totals(overview: CatalogueOverview) -> StoreTotals:
    return sum(
        (
            StoreTotals(one.stores_known, one.stores_scraped, one.stores_current)
            for one in overview.standings
        ),
        StoreTotals(),
    )


def _coverage_rows(overview: CatalogueOverview) -> list[tuple[str, StoreTotals, list[StoreTotals]]]:
    """State, all its stores, and those of each company; states without any store are left out."""
    rows = []
    for state in (*STATES, ELSEWHERE):
        cells = [overview.coverage.get((state, one), StoreTotals()) for one in overview.companies]
        total = sum(cells, StoreTotals())
        if total.known:
            rows.append((state, total, cells))
    return rows


def _segments(pair: PairBasket) -> list[tuple[str, float, float]]:
    """The bar of a pair, as (whose, from, width) in percent: `a`, then `same`, then `b`."""
    counts = (("a", pair.cheaper_a), ("same", pair.equal), ("b", pair.cheaper_b))
    found, start = [], 0.0
    for whose, products in counts:
        width = 100 * products / pair.products
        found.append((whose, round(start, 2), round(width, 2)))
        start += width
    return found

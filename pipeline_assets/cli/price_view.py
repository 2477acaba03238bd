"""How prices look on a terminal. All texts from files are made harmless first."""

from collections.abc import Sequence
from itertools import groupby

from rich.table import Table
from rich.text import Text

from pipeline_assets.catalogue.answers.found import FoundProduct, PastChange, RecentLow
from pipeline_assets.cli.bar import console
from pipeline_assets.domain.asking.lowest_over_time import Movement, PriceInForce, lowest_over_time
from pipeline_assets.domain.asking.offers import PriceLine, StoreOffer, lines_of
from pipeline_assets.reporting.escaping import visible
from pipeline_assets.reporting.tables import NOTHING
from pipeline_assets.reporting.terminal_chart import price_chart, shown_dollars
from pipeline_assets.services.asking.prices import PricedProduct, ProductChoice

# More would drive the cheapest out of sight; with --json all are listed.
_SHOWN_LINES, _SHOWN_CHANGES = 20, 60
_WIDE = 100
_WIDEST_CHART = 72


def show_choices(choices: Sequence[ProductChoice], *, has_more: bool) -> None:
    """The products to choose from, numbered, with what each company asks."""
    table = _table()
    table.add_column("", justify="right")
    table.add_column("product", overflow="fold", ratio=3)
    table.add_column("lowest price", overflow="fold", ratio=2)
    table.add_column("id", no_wrap=True)
    for number, one in enumerate(choices, 1):
        asked = [
            f"{visible(price.company)} {shown_dollars(price.lowest_cents)}" for price in one.asked
        ]
        product_id = f"product:{one.product.product_id}"
        told = Text(", ".join(asked) or "not sold now")
        table.add_row(str(number), Text(_called(one.product)), told, product_id)
    console.print(table)
    more = "There are more. " if has_more else ""
    _say(
        f"{more}Add words to narrow it, or ask for one: pipeline-assets price "
        f"product:{choices[0].product.product_id}",
        "dim",
    )


def show_product(found: PricedProduct, current_days: int, *, lists_changes: bool) -> None:
    """What a product costs where, company by company, and how its price has moved."""
    product = found.product
    console.print(Text(_called(product), "bold"))
    barcode = f", barcode {product.barcode}" if product.barcode else ""
    _say(f"product:{product.product_id}{barcode}", "dim")
    if found.retired_id is not None:
        _say(f"Product {found.retired_id} has become this one; its number is retired.", "yellow")
    lines = lines_of(found.offers, found.anchors)
    for company, ours in groupby(lines, lambda line: line.shown.company):
        console.print()
        _show_company(company, list(ours), found.lows.get(company))
    if not lines:
        console.print()
        _say("It is not sold now.")
    if any(offer.is_estimate for offer in found.offers):
        console.print()
        _say(
            f"Estimated: the store has no snapshot of the last {current_days} days, so this is the "
            "price of the store that its group is compared with.",
            "yellow",
        )
    _show_past(found, lists_changes=lists_changes)


def _called(product: FoundProduct | StoreOffer) -> str:
    """Brand, name and size; brand and size only where the name does not have them already."""
    name = product.name
    if product.brand and _plain(product.brand) not in _plain(name):
        name = f"{product.brand} {name}"
    if product.size and _plain(product.size) not in _plain(name):
        name = f"{name}, {product.size}"
    return visible(name)


def _plain(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum() or sign == ".")


def _show_company(company: str, lines: Sequence[PriceLine], low: RecentLow | None) -> None:
    heading = Text(visible(company), "bold")
    if low is not None:
        heading.append(f"  lowest in 90 days {shown_dollars(low.cents)}, {low.day}", "not bold")
    console.print(heading)
    is_wide = console.width >= _WIDE
    for sku, ours in groupby(
        sorted(lines, key=lambda line: line.shown.sku), lambda line: line.shown.sku
    ):
        told = list(ours)
        _say(f"  {company}/{sku}  {_called(told[0].shown)}", "dim")
        table = _table()
        table.add_column("price", justify="right", no_wrap=True, min_width=7)
        table.add_column("per unit", justify="right", no_wrap=True, min_width=10)
        table.add_column("special", no_wrap=True, min_width=7)
        table.add_column("where", overflow="fold", ratio=1)
        if is_wide:
            table.add_column("since", no_wrap=True)
        table.add_column("as of", no_wrap=True)
        for line in told[:_SHOWN_LINES]:
            cells = _cells(line)
            table.add_row(*(cells if is_wide else [*cells[:4], cells[5]]))
        console.print(table)
        left = sum(len(line.offers) for line in told[_SHOWN_LINES:])
        if left:
            _say(f"  … and {left:,} more stores; --store shows one, --json all", "dim")


def _cells(line: PriceLine) -> list[Text]:
    offer = line.shown
    price = Text(shown_dollars(offer.price_cents), "bold")
    unit = NOTHING
    if offer.unit_price_e4 is not None:
        unit = f"{_unit_price(offer.unit_price_e4)}/{visible(offer.unit_of_measure or '')}"
    special = Text()
    if offer.is_on_special:
        was = offer.was_price_cents
        special = Text("special" + (f", was {shown_dollars(was)}" if was else ""), "green")
    return [
        price,
        Text(unit),
        special,
        _where(line),
        Text(offer.price_since.isoformat()),
        Text(line.oldest_date.isoformat()),
    ]


def _where(line: PriceLine) -> Text:
    offer, count = line.shown, len(line.offers)
    name = visible(offer.store_name or "")
    place = f"{name} ({visible(offer.store_id)})" if name else visible(offer.store_id)
    state = f", {visible(offer.state)}" if offer.state else ""
    if line.anchor_store_id is None:
        where = Text(f"{place}{state}")
        if line.estimates:
            where.append(f" estimated from {visible(offer.observed_store_id)}", "yellow")
        return where
    where = Text(f"{count} stores priced like {place}")
    if line.estimates:
        where.append(f", {line.estimates} estimated", "yellow")
    return where


def _unit_price(amount_e4: int) -> str:
    """To the cent, or as exactly as needed where a cent says nothing."""
    return shown_dollars(amount_e4 // 100) if amount_e4 >= 100 else f"${amount_e4 / 10_000:.4f}"


def _show_past(found: PricedProduct, *, lists_changes: bool) -> None:
    """A chart for each company whose lowest price has moved; a sentence for the others."""
    if not found.changes:
        return
    movements = (
        Movement(one.company, one.store_id, one.sku, one.scraped_date, one.price_cents)
        for one in found.changes
    )
    until = max(
        [offer.scraped_date for offer in found.offers] + [one.scraped_date for one in found.changes]
    )
    past = lowest_over_time(movements)
    console.print()
    console.print(Text("lowest price over time", "bold"))
    for company, steps in past.items():
        _say(f"  {company}{_state(steps)}")
        if len(steps) > 1:
            for line in price_chart(steps, until, min(_WIDEST_CHART, console.width - 4)):
                console.print(Text(f"    {line}"))
    if lists_changes:
        _show_changes(found.changes)


def _state(steps: Sequence[PriceInForce]) -> str:
    """What is in force now, where a chart would not show it."""
    last = steps[-1]
    if last.price_cents is None:
        return f": not sold since {last.day}"
    return f": {shown_dollars(last.price_cents)} since {last.day}"


def _show_changes(changes: Sequence[PastChange]) -> None:
    console.print()
    table = _table()
    for name in ("day", "article", "store", "what"):
        table.add_column(name, overflow="fold")
    for name in ("price", "before"):
        table.add_column(name, justify="right", no_wrap=True)
    newest = sorted(changes, key=lambda one: one.scraped_at, reverse=True)
    for one in newest[:_SHOWN_CHANGES]:
        cents = (one.price_cents, one.price_before_cents)
        table.add_row(
            one.scraped_date.isoformat(),
            Text(visible(f"{one.company}/{one.sku}")),
            Text(visible(one.store_id)),
            one.kind.replace("_", " "),
            *(NOTHING if amount is None else shown_dollars(amount) for amount in cents),
        )
    console.print(table)
    if len(newest) > _SHOWN_CHANGES:
        _say(
            f"… and {len(newest) - _SHOWN_CHANGES:,} older ones; --store narrows, --json all", "dim"
        )


def _table() -> Table:
    return Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")


def _say(text: str, style: str = "") -> None:
    console.print(Text(visible(text), style))

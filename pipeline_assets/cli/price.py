"""`price`: what a product costs, where, and what it cost before."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from pipeline_assets.catalogue.database.read_only import catalogue_to_ask
from pipeline_assets.cli import price_view, terminal
from pipeline_assets.cli.common import Json, find_pipeline, print_json
from pipeline_assets.cli.exit_statuses import FAILED
from pipeline_assets.cli.typed import is_at_terminal, typed_line
from pipeline_assets.domain.asking.questions import question_of
from pipeline_assets.errors import UsageError
from pipeline_assets.reporting.price_json import change_as_data, offer_as_data, product_as_data
from pipeline_assets.services.asking.prices import (
    PriceDesk,
    PricedProduct,
    ProductMatches,
    StoreOfCompany,
)


def show_prices(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="BARCODE | COMPANY/SKU | product:ID | WORDS…",
            help="A barcode, an article such as aldi/424022, a product's id such as product:17 "
            "(retired ones too), or words that must all occur.",
        ),
    ],
    store: Annotated[
        str | None,
        typer.Option(metavar="COMPANY/ID", help="Only in this store, such as aldi/G100."),
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", help="Also list every change of its price.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many products.")] = 20,
    as_json: Json = False,
) -> None:
    """Show what a product costs where, per unit and on special, and how its price has moved.

    Stores of one group that have the same price share a line. If several products are meant, they
    are listed to choose from. Exits with 1 if nothing is found. Nothing is changed or created.
    """
    shop = None if store is None else _store(store)
    question = question_of(" ".join(what))
    settings = find_pipeline().settings
    engine = catalogue_to_ask(settings.database_url, settings.lock_timeout_s)
    desk = PriceDesk(engine, settings.history_path)
    try:
        if shop is not None:
            desk.check_store(shop)
        matches = desk.matches(question, limit)
        if not matches.product_ids:
            _show_nothing(desk.why_nothing(question), as_json=as_json)
            raise typer.Exit(FAILED)
        if as_json:
            _print(desk.prices(matches, shop, with_changes=history), matches, history)
            return
        chosen = matches if len(matches.product_ids) == 1 else _chosen(desk, matches)
        if chosen is not None:
            (found,) = desk.prices(chosen, shop, with_changes=True)
            price_view.show_product(found, settings.current_days, lists_changes=history)
    finally:
        engine.dispose()


def _store(text: str) -> StoreOfCompany:
    company, _, store_id = text.partition("/")
    if not company or not store_id:
        raise UsageError(f"--store {text}: give a company and a store's number: aldi/G100.")
    return company.lower(), store_id


def _show_nothing(why: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"products": []})
    terminal.show_notice(why)


def _print(found: Sequence[PricedProduct], matches: ProductMatches, with_history: bool) -> None:
    print_json({"products": [_as_data(one, with_history=with_history) for one in found]})
    if matches.has_more:
        terminal.show_notice(f"These are the first {len(found)} products; --limit raises that.")


def _as_data(one: PricedProduct, *, with_history: bool) -> dict[str, Any]:
    data = product_as_data(one.product, one.retired_id)
    data["offers"] = [offer_as_data(offer, one.lows.get(offer.company)) for offer in one.offers]
    if with_history:
        data["history"] = [change_as_data(change) for change in one.changes]
    return data


def _chosen(desk: PriceDesk, matches: ProductMatches) -> ProductMatches | None:
    """List the products; the one that a person at a terminal chooses, None where nobody does."""
    choices = desk.choices(matches)
    price_view.show_choices(choices, has_more=matches.has_more)
    if not is_at_terminal():
        return None
    while True:
        terminal.ask(f"Which one? 1 to {len(choices)}, or Enter for none: ")
        answer = typed_line().strip()
        if not answer:
            return None
        if answer.isdecimal() and 1 <= int(answer) <= len(choices):
            return ProductMatches([choices[int(answer) - 1].product.product_id])

"""The table of the day's largest rises or falls of prices."""

from collections.abc import Sequence

from pipeline_assets.catalogue.movements import CompanyDay, PriceMovement
from pipeline_assets.reporting.tables import Cell, shortened

_NAME_LENGTH, _STORE_LENGTH = 80, 60


def movement_rows(
    movements: Sequence[PriceMovement], days: Sequence[CompanyDay]
) -> list[dict[str, Cell]]:
    """A row for each movement, in their order; `days`: those of their companies."""
    ends_on = {day.company: day.ends_on.isoformat() for day in days}
    return [_row(movement, ends_on[movement.company]) for movement in movements]


def _row(movement: PriceMovement, ends_on: str) -> dict[str, Cell]:
    change = 100 * movement.now_cents / movement.before_cents - 100
    return {
        "day": ends_on,
        "company": movement.company,
        "product": shortened(movement.name, _NAME_LENGTH),
        "SKU": movement.sku,
        "before, $": movement.before_cents / 100,
        "now, $": movement.now_cents / 100,
        "change": f"{change:+,.1f} %",
        "stores": _stores(movement),
    }


def _stores(movement: PriceMovement) -> str:
    name = movement.store_name
    one = f"{name} ({movement.store_id})" if name else movement.store_id
    shown = shortened(one, _STORE_LENGTH)
    more = movement.stores - 1
    return f"{shown} and {more:,} more" if more else shown

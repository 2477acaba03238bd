"""Where stores are, and which of them price alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from pipeline_assets.catalogue.schema import store_group_members, store_groups, stores


@dataclass(frozen=True, slots=True)
class StorePlace:
    """A store with coordinates, in degrees; `anchor_store_id` is None for one never scraped."""

    company: str
    store_id: str
    latitude: float
    longitude: float
    anchor_store_id: str | None


@dataclass(frozen=True, slots=True)
class LargeGroup:
    """A store group by its anchor: how many stores it has, in which states, as they are written."""

    company: str
    anchor_store_id: str
    anchor_name: str | None
    stores: int
    states: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """How many groups there are, how many of them have one store only, how many need a scrape."""

    groups: int
    alone: int
    flagged: int


_IS_MEMBER = (store_group_members.c.company == stores.c.company) & (
    store_group_members.c.store_id == stores.c.store_id
)
_IS_ITS_GROUP = store_groups.c.group_id == store_group_members.c.group_id


def store_places(connection: Connection) -> list[StorePlace]:
    """Every store with coordinates, by company and store id."""
    rows = connection.execute(
        select(
            stores.c.company,
            stores.c.store_id,
            stores.c.latitude,
            stores.c.longitude,
            store_groups.c.anchor_store_id,
        )
        .join(store_group_members, _IS_MEMBER, isouter=True)
        .join(store_groups, _IS_ITS_GROUP, isouter=True)
        .where(stores.c.latitude.is_not(None), stores.c.longitude.is_not(None))
        .order_by(stores.c.company, stores.c.store_id)
    )
    return [StorePlace(*row) for row in rows]


def group_figures(connection: Connection) -> GroupFigures:
    """The figures of all companies' groups."""
    sizes = (
        select(store_group_members.c.group_id, func.count().label("stores"))
        .group_by(store_group_members.c.group_id)
        .subquery("sizes")
    )
    groups = connection.execute(select(func.count()).select_from(sizes)).scalar_one()
    alone = connection.execute(
        select(func.count()).select_from(sizes).where(sizes.c.stores == 1)
    ).scalar_one()
    flagged = connection.execute(
        select(func.count()).select_from(store_groups).where(store_groups.c.is_flagged)
    ).scalar_one()
    return GroupFigures(groups, alone, flagged)


def largest_groups(connection: Connection, most: int) -> list[LargeGroup]:
    """The groups of two and more stores with the most stores, at most so many."""
    number = func.count().label("stores")
    rows = connection.execute(
        select(
            store_groups.c.group_id,
            store_groups.c.company,
            store_groups.c.anchor_store_id,
            stores.c.store_name,
            number,
        )
        .join(store_group_members, _IS_ITS_GROUP)
        .join(
            stores,
            (stores.c.company == store_groups.c.company)
            & (stores.c.store_id == store_groups.c.anchor_store_id),
        )
        .group_by(
            store_groups.c.group_id,
            store_groups.c.company,
            store_groups.c.anchor_store_id,
            stores.c.store_name,
        )
        .having(number > 1)
        .order_by(number.desc(), store_groups.c.company, store_groups.c.anchor_store_id)
        .limit(most)
    ).all()
    states = _states_of(connection, [row[0] for row in rows])
    return [LargeGroup(row[1], row[2], row[3], row[4], states.get(row[0], ())) for row in rows]


def _states_of(connection: Connection, group_ids: Sequence[int]) -> dict[int, list[str | None]]:
    found: dict[int, list[str | None]] = {}
    for group_id, state in connection.execute(
        select(store_group_members.c.group_id, stores.c.state)
        .join(stores, _IS_MEMBER)
        .where(store_group_members.c.group_id.in_(group_ids))
        .group_by(store_group_members.c.group_id, stores.c.state)
        .order_by(store_group_members.c.group_id, stores.c.state)
    ):
        found.setdefault(group_id, []).append(state)
    return found

"""Stores in no group or in a wrong one, and members whose prices differ from their anchor's."""

from datetime import datetime

from sqlalchemy import Connection, case, func, literal, or_, select, union_all

from pipeline_assets.catalogue.checks.offenders import Offenders, find_offenders
from pipeline_assets.catalogue.schema import prices, store_group_members, store_groups, stores
from pipeline_assets.domain.groups.agreement import MatchRules

_OF_STORE = (store_group_members.c.company == stores.c.company) & (
    store_group_members.c.store_id == stores.c.store_id
)
_OF_GROUP = store_groups.c.group_id == store_group_members.c.group_id


def stores_in_wrong_groups(connection: Connection) -> Offenders:
    """Stores in no group or in another company's, and anchors that are not in their own group.

    A store without a snapshot, known from the directory only, needs no group.
    """
    groupless = (
        select(stores.c.company, stores.c.store_id, literal("is in no group").label("problem"))
        .join_from(stores, store_group_members, _OF_STORE, isouter=True)
        .where(store_group_members.c.group_id.is_(None), stores.c.last_scraped_at.is_not(None))
    )
    members = store_group_members.c
    of_strangers = (
        select(members.company, members.store_id, literal("is in a group of another company"))
        .join_from(store_group_members, store_groups, _OF_GROUP, isouter=True)
        .where(or_(store_groups.c.company.is_(None), store_groups.c.company != members.company))
    )
    is_anchor = (members.company == store_groups.c.company) & (
        members.store_id == store_groups.c.anchor_store_id
    )
    anchorless = (
        select(
            store_groups.c.company,
            store_groups.c.anchor_store_id,
            literal("is the anchor of a group that it is not in"),
        )
        .join_from(store_groups, store_group_members, _OF_GROUP & is_anchor, isouter=True)
        .where(members.store_id.is_(None))
    )
    found = union_all(groupless, of_strangers, anchorless).subquery("found")
    columns = (found.c.company, found.c.store_id, found.c.problem)
    return find_offenders(connection, select(*columns).order_by(*columns))


def group_counts(connection: Connection) -> tuple[int, int]:
    """How many stores with a snapshot and how many groups there are."""
    counted = [
        select(func.count()).where(stores.c.last_scraped_at.is_not(None)),
        select(func.count()).select_from(store_groups),
    ]
    of_stores, of_groups = (connection.execute(query).scalar_one() for query in counted)
    return of_stores, of_groups


def members_unlike_anchors(
    connection: Connection, company: str, oldest: datetime, rules: MatchRules
) -> Offenders:
    """The company's members with a snapshot not older than `oldest` that do not match their anchor.

    Prices are compared anew, whatever the group step remembers.
    """
    anchors, theirs = stores.alias("anchors"), prices.alias("theirs")
    is_its_anchor = (anchors.c.company == store_groups.c.company) & (
        anchors.c.store_id == store_groups.c.anchor_store_id
    )
    same_sku = (theirs.c.store_key == anchors.c.store_key) & (theirs.c.sku_id == prices.c.sku_id)
    both = func.count(theirs.c.sku_id)
    is_equal = theirs.c.price_cents == prices.c.price_cents
    equal = func.sum(case((is_equal, 1), else_=0))
    own_rows, its_rows = func.count(prices.c.sku_id), func.max(anchors.c.last_priced_rows)
    larger = case((own_rows > its_rows, own_rows), else_=func.coalesce(its_rows, 0))
    least, agreement = rules.min_common, rules.min_agreement
    return find_offenders(
        connection,
        select(
            stores.c.company,
            stores.c.store_id,
            store_groups.c.anchor_store_id,
            both.label("common_skus"),
            equal.label("equal_prices"),
            larger.label("skus_in_larger_list"),
        )
        .join_from(stores, store_group_members, _OF_STORE)
        .join(store_groups, _OF_GROUP)
        .join(anchors, is_its_anchor)
        .join(prices, prices.c.store_key == stores.c.store_key, isouter=True)
        .join(theirs, same_sku, isouter=True)
        .where(
            stores.c.company == company,
            stores.c.last_scraped_at >= oldest,
            stores.c.store_key != anchors.c.store_key,
        )
        .group_by(stores.c.company, stores.c.store_id, store_groups.c.anchor_store_id)
        .having(
            or_(
                both == 0,
                both * least.denominator < larger * least.numerator,
                equal * agreement.denominator < both * agreement.numerator,
            )
        )
        .order_by(equal * 1.0 / (both + 1), stores.c.store_id),
    )

"""Checks on store groups: every store is in exactly one, members have their anchor's prices."""

from datetime import timedelta

from pipeline_assets.catalogue.checks import groups as catalogue
from pipeline_assets.catalogue.checks.offenders import MOST_OFFENDERS, Offenders
from pipeline_assets.catalogue.checks.stores import silence_by_company
from pipeline_assets.services.checks.check import Check, CheckContext
from pipeline_assets.services.checks.verdict import Verdict, counted, judge


def stores_are_in_one_group(context: CheckContext) -> Verdict:
    """Every store is in one group of its company, and every anchor in its own."""
    found = catalogue.stores_in_wrong_groups(context.connection)
    stores, groups = catalogue.group_counts(context.connection)
    return judge(
        found,
        right=f"Each of {counted(stores, 'store')} is in exactly one of "
        f"{counted(groups, 'group')}.",
        wrong=f"{counted(found.total, 'problem')} with store groups: stores in no group or in a "
        "wrong one are not compared, and their prices not estimated. Give each a group of its own "
        "as docs/checks.md shows.",
        key_columns=3,
        figures={"stores": stores, "groups": groups},
    )


def members_match_anchors(context: CheckContext) -> Verdict:
    """Every current member's prices match its anchor's, counted anew."""
    rules = context.options.grouping(context.pipeline.settings)
    columns: list[str] = []
    rows: list[tuple[object, ...]] = []
    total = 0
    for company in silence_by_company(context.connection, context.now):
        reference = company.newest_at if context.options.relaxed_staleness else context.now
        oldest = reference - timedelta(days=rules.current_days)
        unlike = catalogue.members_unlike_anchors(
            context.connection, company.company, oldest, rules
        )
        columns, total = list(unlike.columns), total + unlike.total
        rows += unlike.rows
    found = Offenders(columns, rows[:MOST_OFFENDERS], total)
    return judge(
        found,
        right="All current members of groups have the prices of their anchors.",
        wrong=f"{counted(total, 'store')} in a group without matching its anchor's prices, so "
        "that estimated prices are wrong. Have the stores compared anew as docs/checks.md shows, "
        "then materialize `reconciled_groups`.",
        key_columns=3,
    )


STORES_ARE_IN_ONE_GROUP = Check(
    "stores_are_in_one_group",
    "reconciled_groups",
    "Every store is in exactly one group, of its own company, and every anchor in its own group.",
    stores_are_in_one_group,
)
MEMBERS_MATCH_ANCHORS = Check(
    "members_match_anchors",
    "reconciled_groups",
    "The prices of every current member of a group match its anchor's.",
    members_match_anchors,
)

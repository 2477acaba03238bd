"""Groups stores of a company whose prices match: first a health check, then merging."""

from collections import Counter
from collections.abc import Sequence

from pipeline_assets.catalogue import groups as catalogue
from pipeline_assets.catalogue.groups import CompanyStores
from pipeline_assets.domain.groups.overview import (
    GroupSizes,
    StoreAgreement,
    group_sizes,
    store_agreement,
)
from pipeline_assets.domain.groups.plan import (
    GroupPlan,
    newest_scrape,
    plan_groups,
)
from pipeline_assets.reporting.pictures.groups_before_after import GroupsDrawing
from pipeline_assets.reporting.pictures.store_agreement import MOST_STORES, AgreementDrawing
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.step import Step, StepContext


def reconcile_groups(context: StepContext) -> StepReport:
    """Check every group's health, then merge those whose anchors match, company by company."""
    connection, options = context.connection, context.options
    settings = options.grouping(context.pipeline.settings)
    now = context.pipeline.clock()
    changes: Counter[str] = Counter(stores_moved=0, ejections=0, merges=0, flags_changed=0)
    facts: Counter[str] = Counter(stores=0, groups=0, pairs_compared=0, anchors_flagged=0)
    details: list[str] = []
    agreement: dict[str, StoreAgreement] = {}
    sizes: list[GroupSizes] = []
    for company in catalogue.companies_with_stores(connection):
        found = catalogue.company_stores(connection, company)
        reference = newest_scrape(found.states) if options.relaxed_staleness else now
        lists = catalogue.price_lists(connection, found)
        plan = plan_groups(found.states, lists, reference, settings)
        flags = _changed_flags(found, plan)
        catalogue.write_groups(connection, company, plan.moved, flags)
        catalogue.write_marks(connection, company, plan.marks)
        changes.update(
            stores_moved=len(plan.moved),
            ejections=len(plan.ejections),
            merges=len(plan.merges),
            flags_changed=len(flags),
        )
        facts.update(
            stores=len(found.states),
            groups=len(set(plan.anchor_of.values())),
            pairs_compared=plan.pairs_compared,
            anchors_flagged=len(plan.flagged_anchors),
        )
        details += _told(company, plan)
        if plan.pairs_compared:
            agreement[company] = store_agreement(lists, plan.anchor_of, MOST_STORES)
        if plan.moved:
            sizes.append(group_sizes(company, found.states, plan))
    drawings = (AgreementDrawing(agreement), GroupsDrawing(sizes))
    return StepReport(dict(changes), dict(facts), details, drawings)


def _changed_flags(found: CompanyStores, plan: GroupPlan) -> dict[str, bool]:
    flagged = set(plan.flagged_anchors)
    anchors = set(plan.anchor_of.values())
    # A new group starts without a flag, even if its anchor had one before.
    kept = {anchor for anchor in anchors & found.flagged if anchor not in plan.moved}
    return {anchor: anchor in flagged for anchor in sorted(kept ^ flagged)}


def _told(company: str, plan: GroupPlan) -> Sequence[str]:
    return [
        *(
            f"{company} {one.store_id} leaves the group of {one.anchor_id}: {one.reason}"
            for one in plan.ejections
        ),
        *(
            f"{company} {one.joining_anchor_id} joins {one.into_anchor_id}: "
            f"{one.figures.equal:,} of {one.figures.both:,} common SKUs have the same price"
            for one in plan.merges
        ),
    ]


RECONCILED_GROUPS = Step(
    "reconciled_groups",
    "Which stores of a company have matching prices: tables `store_groups` and "
    "`store_group_members`. Changes when a store has a newer snapshot or a threshold changes; it "
    "never changes a price.",
    reconcile_groups,
    table="store_groups",
    keeps_watermark=True,
)

"""Finds brand names that mean the same brand, and merges their brands."""

from sqlalchemy import Connection

from pipeline_assets.catalogue import brands as catalogue
from pipeline_assets.catalogue.brand_decisions import all_brand_decisions
from pipeline_assets.domain.brands.aliases import TranslatedTo, plan_aliases
from pipeline_assets.domain.brands.decisions import DecidedBrands
from pipeline_assets.domain.brands.plan import collect_brand_facts, plan_brands
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets.services.post_processing.step import Step, StepContext


def translate_brands(context: StepContext) -> StepReport:
    """Decide from today's SKUs which names are one brand; record what is new or withdrawn."""
    if context.seen_file_id == context.newest_file_id:
        recorded = catalogue.translations(context.connection)
        return StepReport(facts={"translations": len(recorded), "names_read": 0})
    return _translate(context.connection)


def reconcile_brands(context: StepContext) -> StepReport:
    """Make every alias refer to the brand it was translated to, and to no other."""
    return _reconcile(context.connection)


def settle_brands(connection: Connection) -> list[str]:
    """Do both at once, as after a decision; returns what changed, in words."""
    return [*_translate(connection).details, *_reconcile(connection).details]


def _translate(connection: Connection) -> StepReport:
    recorded = catalogue.translations(connection)
    facts = collect_brand_facts(catalogue.brand_evidence(connection))
    decided = DecidedBrands.of(all_brand_decisions(connection))
    plan = plan_brands(facts, decided=decided)
    wanted = {
        each.alias: catalogue.translation_row(each, plan.display_names[each.canonical])
        for each in plan.translations
    }
    written = [row for alias, row in wanted.items() if recorded.get(alias) != row]
    withdrawn = sorted(recorded.keys() - wanted.keys())
    catalogue.write_translations(connection, written, withdrawn)
    return StepReport(
        changes={"written": len(written), "withdrawn": len(withdrawn)},
        facts={
            "translations": len(wanted),
            "names_read": len(facts),
            "pairs_declined": len(plan.declined),
        },
        details=[
            *(f"{row['alias']} = {row['canonical']} ({row['rule']})" for row in written),
            *(f"{alias} is a brand of its own again" for alias in withdrawn),
        ],
    )


def _reconcile(connection: Connection) -> StepReport:
    aliases = catalogue.aliases(connection)
    translated = {
        alias: TranslatedTo(row["canonical"], row["canonical_spelling"])
        for alias, row in catalogue.translations(connection).items()
    }
    plan = plan_aliases(aliases, translated, catalogue.known_brands(connection))
    catalogue.apply_alias_plan(connection, plan)
    return StepReport(
        changes={"aliases_moved": len(plan.moved), "brands_renamed": len(plan.renamed)},
        facts={"aliases": len(aliases), "brands": plan.brand_count},
        details=[f"{alias} now refers to {name}" for alias, name in sorted(plan.moved.items())],
    )


BRAND_TRANSLATIONS = Step(
    "brand_translations",
    "Which normalised brand names mean the same brand, and why: table `brand_translations`. "
    "Changes when new files show new names, or new evidence about them.",
    translate_brands,
    table="brand_translations",
    keeps_watermark=True,
)
RECONCILED_BRANDS = Step(
    "reconciled_brands",
    "Makes every brand name refer to its brand: tables `brands` and `brand_aliases`. Changes when "
    "translations do.",
    reconcile_brands,
    table="brands",
    keeps_watermark=True,
)

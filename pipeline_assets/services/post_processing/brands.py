"""Which brand names mean one brand, and one brand for them."""

from sqlalchemy import Connection

from pipeline_assets.catalogue import brands as catalogue
from pipeline_assets.catalogue import watermarks
from pipeline_assets.domain.brands.aliases import TranslatedTo, plan_aliases
from pipeline_assets.domain.brands.plan import collect_brand_facts, plan_brands
from pipeline_assets.services.post_processing.reports import StepReport

TRANSLATIONS = "brand_translations"
RECONCILED = "reconciled_brands"


def translate_brands(connection: Connection) -> StepReport:
    """Conclude from today's SKUs which names are one brand, and record what is new or withdrawn."""
    last_file = watermarks.last_file_id(connection)
    recorded = catalogue.translations(connection)
    if watermarks.watermark(connection, TRANSLATIONS) == last_file:
        return StepReport(TRANSLATIONS, facts={"translations": len(recorded), "names_read": 0})
    facts = collect_brand_facts(catalogue.brand_evidence(connection))
    plan = plan_brands(facts)
    wanted = {
        each.alias: catalogue.translation_row(each, plan.display_names[each.canonical])
        for each in plan.translations
    }
    written = [row for alias, row in wanted.items() if recorded.get(alias) != row]
    withdrawn = sorted(recorded.keys() - wanted.keys())
    catalogue.write_translations(connection, written, withdrawn)
    watermarks.set_watermark(connection, TRANSLATIONS, last_file)
    return StepReport(
        TRANSLATIONS,
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


def reconcile_brands(connection: Connection) -> StepReport:
    """Let every alias stand for the brand it was translated to, and no other."""
    aliases = catalogue.aliases(connection)
    translated = {
        alias: TranslatedTo(row["canonical"], row["canonical_spelling"])
        for alias, row in catalogue.translations(connection).items()
    }
    plan = plan_aliases(aliases, translated, catalogue.known_brands(connection))
    catalogue.apply_alias_plan(connection, plan)
    return StepReport(
        RECONCILED,
        changes={"aliases_moved": len(plan.moved), "brands_renamed": len(plan.renamed)},
        facts={"aliases": len(aliases), "brands": plan.brand_count},
        details=[f"{alias} now refers to {name}" for alias, name in sorted(plan.moved.items())],
    )

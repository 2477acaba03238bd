"""Which brand names mean one brand, and one brand for them."""

from collections.abc import Mapping

from sqlalchemy import Connection

from pipeline_assets.catalogue import brands as catalogue
from pipeline_assets.catalogue import watermarks
from pipeline_assets.catalogue.brands import Alias
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
    translated = catalogue.translations(connection)
    aliases = catalogue.aliases(connection)
    spellings = {alias.alias: alias.spelling for alias in aliases}
    spellings |= {row["canonical"]: row["canonical_spelling"] for row in translated.values()}
    canonical = {
        alias.alias: translated[alias.alias]["canonical"]
        if alias.alias in translated
        else alias.alias
        for alias in aliases
    }
    known = catalogue.known_brands(connection)
    ids = {name: brand_id for name, (brand_id, _) in known.items()}
    for name in sorted(set(canonical.values()) - ids.keys()):
        ids[name] = catalogue.create_brand(connection, name, spellings[name])
    moved = {a.alias: ids[canonical[a.alias]] for a in aliases if _is_elsewhere(a, canonical)}
    catalogue.point_aliases(connection, moved)
    renamed = {
        ids[name]: spellings[name]
        for name in set(canonical.values()) & known.keys()
        if known[name][1] != spellings[name]
    }
    catalogue.rename_brands(connection, renamed)
    return StepReport(
        RECONCILED,
        changes={"aliases_moved": len(moved), "brands_renamed": len(renamed)},
        facts={"aliases": len(aliases), "brands": len(set(canonical.values()))},
        details=[f"{alias} now refers to {canonical[alias]}" for alias in sorted(moved)],
    )


def _is_elsewhere(alias: Alias, canonical: Mapping[str, str]) -> bool:
    return alias.brand_normalised_name != canonical[alias.alias]

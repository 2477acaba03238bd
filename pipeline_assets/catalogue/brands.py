"""Brands: the evidence about their names, the translations, and the merging of aliases."""

import json
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from pipeline_assets.catalogue.database.statements import (
    insert_rows,
    pieces,
    rows_where_in,
    write_rows,
)
from pipeline_assets.catalogue.schema import brand_aliases, brand_translations, brands, skus
from pipeline_assets.domain.brands.aliases import Alias, AliasPlan, KnownBrand
from pipeline_assets.domain.brands.facts import BrandedSku, address_words
from pipeline_assets.domain.brands.plan import Translation
from pipeline_assets.domain.normalisation.words import nicest_spelling


def brand_evidence(connection: Connection) -> list[BrandedSku]:
    """Every SKU with a brand, and what its page shows of it."""
    columns = skus.c
    wanted = select(
        columns.brand_alias,
        columns.brand_name,
        columns.barcode,
        columns.company,
        columns.sku,
        columns.name,
        columns.description,
        columns.url,
        columns.category_id,
    ).where(columns.brand_alias.is_not(None))
    return [
        BrandedSku(
            alias=row.brand_alias,
            spelling=row.brand_name,
            barcode=row.barcode,
            company=row.company,
            sku=row.sku,
            titles=(row.name, row.description, address_words(row.url)),
            category="" if row.category_id is None else str(row.category_id),
        )
        for row in connection.execute(wanted)
    ]


def translations(connection: Connection) -> dict[str, dict[str, str]]:
    """The translations on record, as rows by alias."""
    return {row.alias: dict(row._mapping) for row in connection.execute(select(brand_translations))}


def translation_row(translation: Translation, spelling: str) -> dict[str, str]:
    """A translation as the record keeps it; `spelling`: how the canonical brand is shown."""
    evidence = {
        "confirmed_by": translation.confirmed.by,
        "matched_with": translation.matched_with,
        "similarity": round(translation.similarity, 3),
        "shared_barcodes": translation.shared_barcodes,
        "agreement": None if translation.agreement is None else round(translation.agreement, 3),
    }
    if translation.confirmed.goods:
        evidence["goods_called_so"] = translation.confirmed.called
        evidence["goods_looked_at"] = translation.confirmed.goods
    return {
        "alias": translation.alias,
        "canonical": translation.canonical,
        "canonical_spelling": spelling,
        "rule": translation.rule,
        "evidence": json.dumps(evidence, sort_keys=True),
    }


def write_translations(
    connection: Connection,
    written: Collection[Mapping[str, str]],
    withdrawn: Collection[str],
) -> None:
    """Replace the rows with the same alias; delete the withdrawn aliases."""
    gone = {row["alias"] for row in written} | set(withdrawn)
    for piece in pieces(gone):
        connection.execute(delete(brand_translations).where(brand_translations.c.alias.in_(piece)))
    if written:
        write_rows(connection, insert(brand_translations), list(written))


def aliases(connection: Connection) -> list[Alias]:
    """Every alias with its brand, by alias."""
    rows = connection.execute(
        select(brand_aliases.c.alias, brand_aliases.c.spelling, brands.c.normalised_name)
        .join(brands, brands.c.brand_id == brand_aliases.c.brand_id)
        .order_by(brand_aliases.c.alias)
    )
    return [Alias(alias=row[0], spelling=row[1], brand_normalised_name=row[2]) for row in rows]


def known_brands(connection: Connection) -> dict[str, KnownBrand]:
    """Every brand by its normalised name, including those that no alias stands for."""
    rows = connection.execute(select(brands.c.normalised_name, brands.c.brand_id, brands.c.name))
    return {row[0]: KnownBrand(brand_id=row[1], name=row[2]) for row in rows}


def apply_alias_plan(connection: Connection, plan: AliasPlan) -> None:
    """Write the plan: new brands, aliases that move, brands that are shown differently."""
    created = [
        {"normalised_name": name, "name": spelling} for name, spelling in plan.created.items()
    ]
    write_rows(connection, insert(brands), created)
    ids = _brand_ids(connection, set(plan.moved.values()))
    _point_aliases(connection, {alias: ids[name] for alias, name in plan.moved.items()})
    _rename_brands(connection, plan.renamed)


def _point_aliases(connection: Connection, targets: Mapping[str, int]) -> None:
    if targets:
        statement = update(brand_aliases).where(brand_aliases.c.alias == bindparam("of_alias"))
        rows = [{"of_alias": alias, "brand_id": brand_id} for alias, brand_id in targets.items()]
        write_rows(connection, statement, rows)


def _rename_brands(connection: Connection, names: Mapping[int, str]) -> None:
    if names:
        statement = update(brands).where(brands.c.brand_id == bindparam("of_brand"))
        rows = [{"of_brand": brand_id, "name": name} for brand_id, name in names.items()]
        write_rows(connection, statement, rows)


def delete_unused(connection: Connection) -> int:
    """Delete aliases that no SKU has, then brands that no alias stands for; returns how many."""
    used = exists().where(skus.c.brand_alias == brand_aliases.c.alias)
    # Looked up in one list: `canonical` has no index that each alias could be sought in.
    canonical = brand_aliases.c.alias.in_(select(brand_translations.c.canonical))
    connection.execute(delete(brand_aliases).where(~used, ~canonical))
    stood_for = exists().where(brand_aliases.c.brand_id == brands.c.brand_id)
    return connection.execute(delete(brands).where(~stood_for)).rowcount


def get_or_create_brands(connection: Connection, spellings: Mapping[str, str]) -> None:
    """Register brands by normalised name; `spellings` says how each name is written."""
    known = {
        row.alias: row
        for row in rows_where_in(
            connection, select(brand_aliases), brand_aliases.c.alias, spellings.keys()
        )
    }
    missing = sorted(spellings.keys() - known.keys())
    # A brand whose own name no SKU has any more can still have other names.
    old = _brand_ids(connection, missing)
    new = [name for name in missing if name not in old]
    rows = [{"normalised_name": name, "name": spellings[name]} for name in new]
    insert_rows(connection, brands, rows)
    ids = _brand_ids(connection, missing)
    aliases = [
        {"alias": name, "brand_id": ids[name], "spelling": spellings[name]} for name in missing
    ]
    insert_rows(connection, brand_aliases, aliases)
    nicest = {name: nicest_spelling((row.spelling, spellings[name])) for name, row in known.items()}
    respelled = {name: text for name, text in nicest.items() if text != known[name].spelling}
    _respell(connection, respelled)


def _brand_ids(connection: Connection, names: Collection[str]) -> dict[str, int]:
    wanted = select(brands.c.normalised_name, brands.c.brand_id)
    rows = rows_where_in(connection, wanted, brands.c.normalised_name, names)
    return {row[0]: row[1] for row in rows}


def _respell(connection: Connection, spellings: Mapping[str, str]) -> None:
    rows = [{"of_name": name, "shown": spelling} for name, spelling in spellings.items()]
    of_alias = update(brand_aliases).where(brand_aliases.c.alias == bindparam("of_name"))
    write_rows(connection, of_alias.values(spelling=bindparam("shown")), rows)
    of_brand = update(brands).where(brands.c.normalised_name == bindparam("of_name"))
    write_rows(connection, of_brand.values(name=bindparam("shown")), rows)

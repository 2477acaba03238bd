"""`pipeline-assets import-barcodes`: what was looked up before, of SKUs seen and not yet seen."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline_assets.services.enrichment.enrich_file import enrich_file
from pipeline_assets.services.operators.import_barcodes import import_barcodes
from pipeline_assets_tests.commands import Command, Ran, in_this_process
from pipeline_assets_tests.contents import contents, differences
from pipeline_assets_tests.enrichment.shop import at_shop, delivered, gtin, open_shop, to_enrich
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True

HEADING = "company,sku,barcode,seen_date\n"


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in the workplace."""
    return in_this_process(capfd)


def bring_in(command: Command, place: Workplace, listed: str, *options: str) -> Ran:
    file = place.root / "barcodes.csv"
    file.write_text(HEADING + listed, encoding="utf-8")
    return command("import-barcodes", str(file), *options)


def coles(sku: str, day: str, name: str = "Beans 500g", **more: object) -> dict[str, Any]:
    return row(sku, company="coles", store_id="COL:9", day=day, name=name, **more)


def products(place: Workplace) -> list[tuple[str | None, ...]]:
    """Each product as its barcode and its SKUs."""
    found = contents(place)["products"]
    return [(one[0], *(f"{company}/{sku}" for company, sku in one[1:])) for one in found]


def test_skus_that_were_seen_get_their_barcodes_and_products_at_once(
    command: Command, workplace: Workplace
) -> None:
    workplace.take("iga.jsonl", [row("9", company="iga", store_id="1", barcode=gtin(1))])
    workplace.take("coles.jsonl", [coles("1", "2025-09-01"), coles("2", "2025-09-01", "Tea 1 kg")])
    listed = f"coles,1,{gtin(1)},2025-08-01\ncoles,2,none,2025-08-01\n"
    done = bring_in(command, workplace, listed, "--json").json()
    assert done == {"changed": 2, "waiting": 0, "unchanged": 0, "refused": []}
    assert workplace.rows("SELECT sku, barcode FROM skus WHERE company = 'coles'") == [
        ("1", gtin(1)),
        ("2", None),
    ]
    assert products(workplace) == [(gtin(1), "coles/1", "iga/9"), (None, "coles/2")]
    before = workplace.tables()
    assert bring_in(command, workplace, listed, "--json").json()["unchanged"] == 2
    assert workplace.tables() == before
    workplace.post_process()
    assert products(workplace) == [(gtin(1), "coles/1", "iga/9"), (None, "coles/2")]


def test_the_newest_day_counts(command: Command, workplace: Workplace) -> None:
    workplace.take("1.jsonl", [coles("1", "2025-09-05", barcode=gtin(5))])
    bring_in(command, workplace, f"coles,1,{gtin(4)},2025-09-04\n")
    known = "SELECT barcode FROM skus"
    assert workplace.one(known) == gtin(5)
    bring_in(command, workplace, f"coles,1,{gtin(3)},2025-09-05\n")  # the same time: the lower
    assert workplace.one(known) == gtin(3)
    bring_in(command, workplace, f"coles,1,{gtin(6)},2025-09-06\n")
    assert workplace.one(known) == gtin(6)
    workplace.take("2.jsonl", [coles("1", "2025-09-07", barcode=gtin(7))])
    assert products(workplace) == [(gtin(7), "coles/1")]


def test_what_is_known_waits_for_a_sku_and_its_first_snapshot_takes_it(
    command: Command, workplace: Workplace
) -> None:
    workplace.take("iga.jsonl", [row("9", company="iga", store_id="1", barcode=gtin(1))])
    listed = (
        f"coles,1,{gtin(1)},2025-08-01\ncoles,2,none,2025-08-01\ncoles,3,{gtin(3)},2025-08-01\n"
    )
    done = bring_in(command, workplace, listed, "--json").json()
    assert (done["changed"], done["waiting"]) == (0, 3)
    newer = f"coles,3,{gtin(4)},2025-08-02\ncoles,2,none,2025-07-01\n"
    assert bring_in(command, workplace, newer, "--json").json()["waiting"] == 1
    workplace.take("1.jsonl", [coles("1", "2025-09-01"), coles("2", "2025-09-01", "Tea 1 kg")])
    assert workplace.rows("SELECT sku, barcode FROM waiting_barcodes") == [("3", gtin(4))]
    assert products(workplace) == [(gtin(1), "coles/1", "iga/9"), (None, "coles/2")]
    none_at = workplace.one("SELECT no_barcode_at FROM skus WHERE sku = '2'")
    assert str(none_at).startswith("2025-07-31 14:00:00")
    workplace.take("2.jsonl", [coles("3", "2025-09-02", "Jam 2 kg"), coles("1", "2025-09-02")])
    assert workplace.rows("SELECT * FROM waiting_barcodes") == []
    assert (gtin(4), "coles/3") in products(workplace)


def test_a_refused_file_leaves_what_waits(command: Command, workplace: Workplace) -> None:
    bring_in(command, workplace, f"coles,1,{gtin(1)},2025-08-01\n")
    workplace.take("future.jsonl", [coles("1", "2099-09-01")])
    assert workplace.one("SELECT COUNT(*) FROM waiting_barcodes") == 1


def test_no_page_is_asked_for_twice(
    command: Command, workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace.change(clock=Clock(datetime(2025, 9, 24, 12)))
    workplace.take("seen.jsonl", [coles("1", "2025-09-01"), coles("2", "2025-09-01", "Tea 1 kg")])
    file = workplace.root / "barcodes.csv"
    file.write_text(
        f"{HEADING}coles,1,{gtin(901)},2024-01-01\ncoles,2,none,2025-09-01\n"
        f"coles,3,{gtin(903)},2024-01-01\ncoles,4,none,2025-09-01\ncoles,5,none,2025-06-01\n"
    )
    import_barcodes(workplace.pipeline, file)
    with open_shop() as shop:
        at_shop(shop, monkeypatch)
        workplace.change()
        to_enrich(workplace, "coles.jsonl", [shop.row(str(sku)) for sku in range(1, 7)])
        enrich_file(workplace.pipeline, "coles.jsonl")
    assert shop.asked == ["5", "6"]  # that there is none is known for 90 days
    barcodes = [one["barcode"] for one in delivered(workplace, "coles.jsonl")]
    assert barcodes == [gtin(901), None, gtin(903), None, gtin(5), gtin(6)]
    workplace.ingest("coles.jsonl")
    assert workplace.one("SELECT COUNT(*) FROM waiting_barcodes") == 0


def test_rows_are_refused_one_by_one(command: Command, workplace: Workplace) -> None:
    broken = f"coles,1,{gtin(1)},2025-08-01\ncoles,2,2000000000008,2025-08-01\ncoles,,none,x\n"
    ran = bring_in(command, workplace, broken)
    assert ran.status == 0
    assert "0 SKUs with news, 1 kept for SKUs not seen yet, 0 known as they are, 2 rows" in ran.out
    assert "line 3: barcode is not a GTIN" in " ".join(ran.out.split())
    assert "line 4: sku is empty" in ran.out
    assert bring_in(command, workplace, broken, "--strict").status == 3
    file = workplace.root / "other.csv"
    file.write_text("company,sku\n")
    ran = command("import-barcodes", str(file))
    assert ran.status == 2
    assert "has no column barcode and no column seen_date" in " ".join(ran.err.split())


Step = tuple[str, Any]
DAYS = ("2025-09-01", "2025-09-02", "2025-09-03")
NAMES = ("Beans 500g", "Tea 1 kg")


@st.composite
def worlds(draw: st.DrawFn) -> list[Step]:
    """Snapshots of two companies, one per day and company, and tables of barcodes."""
    barcode = st.sampled_from([gtin(1), gtin(2), "none"])
    steps: list[Step] = []
    for company in ("coles", "iga"):
        for day in DAYS[: draw(st.integers(1, 3))]:
            rows = [
                row(
                    sku,
                    company=company,
                    store_id="1",
                    day=day,
                    name=draw(st.sampled_from(NAMES)),
                    **_given(draw(st.none() | barcode)),
                )
                for sku in ("7", "8")
                if draw(st.integers(0, 3))
            ]
            if rows:
                steps.append(("snapshot", rows))
    for _ in range(draw(st.integers(1, 3))):
        company, sku = draw(st.sampled_from(("coles", "iga"))), draw(st.sampled_from(("7", "8")))
        steps.append(("table", f"{company},{sku},{draw(barcode)},{draw(st.sampled_from(DAYS))}\n"))
    return steps


def _given(barcode: str | None) -> dict[str, Any]:
    if barcode == "none":
        return {"has_no_coles_barcode": True}
    return {} if barcode is None else {"barcode": barcode}


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=worlds(), seed=st.integers(0, 1000))
def test_the_order_of_tables_and_snapshots_plays_no_part(
    tmp_path_factory: pytest.TempPathFactory, steps: Sequence[Step], seed: int
) -> None:
    """Snapshots of a store come in the order of their days; tables before, between or after."""
    tables = [step for step in steps if step[0] == "table"]
    snapshots = [step for step in steps if step[0] == "snapshot"]
    mixed = list(snapshots)
    chance = random.Random(seed)
    for table in tables:
        mixed.insert(chance.randint(0, len(mixed)), table)
    found = [
        _played(tmp_path_factory, order)
        for order in (tables + snapshots, snapshots + tables, mixed)
    ]
    assert differences(found[0], found[1]) == {}
    assert differences(found[0], found[2]) == {}


def _played(factory: pytest.TempPathFactory, steps: Sequence[Step]) -> Any:
    with Workplace.create(factory.mktemp("world")) as place:
        act: dict[str, Callable[[int, Any], object]] = {
            "snapshot": lambda number, rows: place.take(f"{number}.jsonl", rows),
            "table": lambda _, line: _import(place, line),
        }
        for number, (kind, what) in enumerate(steps):
            act[kind](number, what)
        place.post_process()
        found = contents(place, with_figures=False)
        found["waiting"] = place.rows("SELECT * FROM waiting_barcodes ORDER BY company, sku")
    return found


def _import(place: Workplace, line: str) -> object:
    file = place.root / "table.csv"
    file.write_text(HEADING + line)
    return import_barcodes(place.pipeline, file)

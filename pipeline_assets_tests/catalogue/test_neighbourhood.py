"""The SKUs that decide one another's products are found in two ways, which find the same."""

import pytest

from pipeline_assets.catalogue import neighbourhood as module
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.neighbourhood import Neighbourhood, neighbourhood
from pipeline_assets.services.operators.decide import decide
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True


def around(place: Workplace, sku_ids: set[int]) -> Neighbourhood:
    with reading(place.pipeline.engine) as connection:
        return neighbourhood(connection, sku_ids)


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """Six SKUs: two share a barcode, two a name, and two are joined by an operator."""
    rows = [
        row("1", barcode="9300000000019", name="Tea"),
        row("2", barcode="9300000000019", name="Green Tea"),
        row("3", name="Jam"),
        row("4", name="Jam"),
        row("5", name="Salt"),
        row("6", name="Sea Salt"),
    ]
    workplace.take("one.jsonl", rows)
    decide(workplace.pipeline, "same", "aldi/5", "aldi/6")
    return workplace


def test_all_skus_read_in_one_go_are_what_their_connections_lead_to(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    everyone = {sku_id for (sku_id,) in place.rows("SELECT sku_id FROM skus")}
    assert len(everyone) == 6
    step_by_step = around(place, everyone)
    monkeypatch.setattr(module, "CHUNK", 1)
    at_once = around(place, everyone)
    assert at_once == step_by_step
    assert at_once.facts.keys() == everyone
    assert len(at_once.decisions) == 1


def test_some_skus_lead_to_those_that_are_connected_with_them_alone(
    place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", 1)
    sku_of = dict(place.rows("SELECT sku, sku_id FROM skus"))
    found = around(place, {sku_of["1"], sku_of["6"]})
    assert found.facts.keys() == {sku_of[sku] for sku in "1256"}

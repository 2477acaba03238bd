"""A shop on loopback, and a workplace whose settings point to it."""

from collections.abc import Iterator

import pytest

from pipeline_assets_tests.enrichment.shop import Operator, Shop, at_shop, open_shop
from pipeline_assets_tests.workplace import Workplace


@pytest.fixture
def shop(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The shop; the workplace's settings name it as the only host to ask."""
    with open_shop() as shop:
        at_shop(shop, monkeypatch)
        yield shop


@pytest.fixture
def operator(workplace: Workplace) -> Operator:
    """Someone who can export cookies into the data folder."""
    return Operator(workplace.data / "cookies.txt")

"""The files of the simulated nation: the same each time, and the pipeline accepts them."""

import gzip
from datetime import date, datetime
from pathlib import Path

from benchmarks.nation_files import NationStore, read_stores, write_night
from pipeline_assets_tests.workplace import Clock, Workplace

STORES = """company,store_id,store_name,state
aldi,G1,first,QLD
aldi,G2,second,QLD
coles,COL:1,third,NSW
iga,9,fourth,
woolworths,7,fifth,VIC
"""
NIGHTS = (date(2025, 9, 18), date(2025, 9, 19))


def stores(folder: Path) -> list[NationStore]:
    """The stores of the directory above."""
    path = folder / "stores.csv.gz"
    path.write_bytes(gzip.compress(STORES.encode()))
    return read_stores(path)


def test_the_same_nights_have_the_same_bytes(tmp_path: Path) -> None:
    found = stores(tmp_path)
    contents = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        assert write_night(folder, found, 40, 1, NIGHTS[1])[0] == 40 * len(found)
        contents.append({file.name: file.read_bytes() for file in folder.iterdir()})
    assert len(contents[0]) == len(found)
    assert contents[0] == contents[1]


def test_every_file_is_accepted_and_prices_move(workplace: Workplace) -> None:
    workplace.change(clock=Clock(datetime(2025, 9, 20)))
    found = stores(workplace.root)
    for night, day in enumerate(NIGHTS):
        write_night(workplace.inbox, found, 60, night, day)
        assert set(workplace.outcomes(workplace.drain()).values()) == {("accepted", None)}
    kinds = dict(workplace.rows("SELECT kind, COUNT(*) FROM price_changes GROUP BY kind"))
    assert kinds["first_seen"] > 60 * len(found) - 1
    assert kinds["changed"] > 0
    assert kinds["delisted"] > 0

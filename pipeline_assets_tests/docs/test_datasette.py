"""Datasette opens a backup as it is, with the metadata that is shipped: labels, texts, queries."""

import html
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from pipeline_assets.catalogue.column_descriptions import VIEW_COLUMNS
from pipeline_assets_tests.docs.conftest import KINDS, Documented
from pipeline_assets_tests.processes import free_port
from tools.datasette_metadata import (
    DATABASE,
    METADATA,
    QUERIES_WITH_VALUES,
    datasette_metadata,
    recipes,
)

DATASETTE = Path(sys.executable).with_name("datasette")
SHIPPED = yaml.safe_load(METADATA.read_text("utf-8"))["databases"][DATABASE]
# These say what is there to do: nothing may be.
MAY_BE_EMPTY = {"stores_to_scrape_next", "changes_of_the_week"}


@pytest.fixture(scope="module", params=KINDS)
def backup(
    request: pytest.FixtureRequest, documented: Documented, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A backup of the sample's catalogue, or of that of the real files."""
    clone = documented(request.param, "sqlite")
    file = tmp_path_factory.mktemp("datasette") / f"{DATABASE}.sqlite"
    assert clone.shell(f"pipeline-assets backup {file}").status == 0
    return file


@pytest.fixture(scope="module")
def site(backup: Path) -> Iterator[httpx.Client]:
    """A Datasette on loopback that has opened the backup as a file that nobody changes."""
    port = free_port()
    served = subprocess.Popen(
        [DATASETTE, "serve", "-i", backup, "-m", METADATA, "-h", "127.0.0.1", "-p", str(port)],
        env={"PATH": "/usr/bin:/bin", "HOME": str(backup.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            _wait_for(client, served)
            yield client
    finally:
        served.terminate()
        served.wait(30)


def _wait_for(client: httpx.Client, served: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        assert served.poll() is None
        assert time.monotonic() < until
        try:
            client.get("/-/versions.json")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return


def rows(site: httpx.Client, path: str, **values: str | int) -> list[dict[str, Any]]:
    """The rows that a page shows."""
    answer = site.get(f"{path}.json", params={"_shape": "objects", **values})
    assert answer.status_code == 200, answer.text
    found = answer.json()["rows"]
    assert isinstance(found, list)
    return found


def values_for(site: httpx.Client, sql: str) -> dict[str, str]:
    """A value for each name in the query, from something that is sold by two companies if any."""
    wanted = set(re.findall(r":(\w+)", sql))
    sold = "SELECT company, sku, barcode, name, category FROM store_prices WHERE "
    (one,) = rows(site, f"/{DATABASE}", sql=f"{sold} barcode IS NOT NULL LIMIT 1")
    (kind,) = rows(
        site,
        f"/{DATABASE}",
        sql="SELECT category FROM cheapest_per_unit WHERE category > '' LIMIT 1",
    )
    letters = kind["category"] if "category" in sql else one["name"]
    known = {**one, "letters": letters[:5]}
    return {name: known[name] for name in wanted}


def test_the_shipped_file_is_what_the_code_and_the_recipes_say() -> None:
    assert METADATA.read_text("utf-8") == datasette_metadata()
    assert len(SHIPPED["queries"]) == len(QUERIES_WITH_VALUES) + len(list(recipes()))


def test_the_pages_of_all_tables_and_views_open(site: httpx.Client) -> None:
    shown = site.get(f"/{DATABASE}.json").json()
    names = {table["name"] for table in shown["tables"]} | {view["name"] for view in shown["views"]}
    assert set(VIEW_COLUMNS) <= names
    assert names - set(SHIPPED["tables"]) == set()
    for name in sorted(set(SHIPPED["tables"]) & names):
        page = site.get(f"/{DATABASE}/{name}")
        assert page.status_code == 200, name
        text = html.unescape(page.text)
        if name in VIEW_COLUMNS:
            assert SHIPPED["tables"][name]["description"] in text
            assert all(meaning in text for meaning in SHIPPED["tables"][name]["columns"].values())
    hidden = {table["name"] for table in shown["tables"] if table["hidden"]}
    assert {"locks", "sku_words", "alembic_version"} <= hidden


def test_rows_that_others_refer_to_are_shown_by_their_names(site: httpx.Client) -> None:
    labelled = rows(site, f"/{DATABASE}/prices", _labels="on", _size=5)
    (sku,) = rows(site, f"/{DATABASE}/skus", sku_id=labelled[0]["sku_id"]["value"])
    assert labelled[0]["sku_id"]["label"] == sku["name"]
    assert labelled[0]["store_key"]["label"]


@pytest.mark.parametrize("name", SHIPPED["queries"])
def test_a_documented_query_answers(site: httpx.Client, name: str) -> None:
    query = SHIPPED["queries"][name]
    values = values_for(site, query["sql"])
    assert rows(site, f"/{DATABASE}/{name}", **values) or name in MAY_BE_EMPTY
    page = site.get(f"/{DATABASE}/{name}", params=values)
    assert page.status_code == 200
    assert query["title"] in html.unescape(page.text)


def test_the_file_stays_as_it_is(site: httpx.Client, backup: Path) -> None:
    before = backup.read_bytes()
    for view in VIEW_COLUMNS:
        rows(site, f"/{DATABASE}/{view}", _size=10)
    assert backup.read_bytes() == before
    assert [path.name for path in backup.parent.iterdir() if path.is_file()] == [backup.name]

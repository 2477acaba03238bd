"""Each bad file is a problem of its own: it gets a reason, is kept, and stops nothing else."""

import gzip
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipeline_assets.orchestration.drain import Drained, drain_products
from pipeline_assets.services.files.outcomes import State
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets_tests.conftest import enter
from pipeline_assets_tests.workplace import Silent, Workplace, row

ON_BOTH_DATABASES = True

GOOD = [row("1", 1.5), row("2", 2.5, barcode="9310645111766")]


def store_row(number: int, product: Any = None, **more: Any) -> dict[str, Any]:
    """A row of the store `number`; `product` in place of its product where it is given."""
    made = row(store_id=f"S{number}", **more)
    return made if product is None else made | {"product": product}


def lines(*parts: object) -> bytes:
    """JSON Lines; bytes stand for themselves."""
    return b"".join(
        (part if isinstance(part, bytes) else json.dumps(part).encode()) + b"\n" for part in parts
    )


def long_number(key: str, digits: int = 5_000) -> bytes:
    """A row in which the value of `key` is an integer with so many digits."""
    product = {"sku": "9", "name": "x", "price_current": 1} | {key: "?"}
    return json.dumps({"product": product}).encode().replace(b'"?"', b"9" * digits)


# Beside one good row each: the line, and the reason why it is rejected (None: accepted).
ROWS: dict[str, tuple[object, str | None]] = {
    "broken": (b'{"product": {"sku": "9", "na', "bad_json"),
    "null": (b"null", "bad_json"),
    "list": ([1, 2], "bad_json"),
    "number": (17, "bad_json"),
    "text": ("product", "bad_json"),
    "nan": (b'{"product": {"sku": "9", "name": "x", "price_current": NaN}}', "bad_json"),
    "surrogate": (b'{"product": {"sku": "9", "name": "\\ud800"}}', "bad_json"),
    "deep": (b'{"product": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", "bad_json"),
    "as deep as is allowed": (
        b'{"product": {"sku": "9", "name": "x", "url": ' + b"[" * 510 + b"]" * 510 + b"}}",
        None,
    ),
    "one deeper": (
        b'{"product": {"sku": "9", "name": "x", "url": ' + b"[" * 511 + b"]" * 511 + b"}}",
        "bad_json",
    ),
    "product is text": ({"product": "9"}, "no_product"),
    "no product": ({"metadata": {}}, "no_product"),
    "no name": ({"product": {"sku": "9", "price_current": 1}}, "no_name"),
    "blank name": ({"product": {"sku": "9", "name": "  "}}, "no_name"),
    "name is a list": ({"product": {"sku": "9", "name": ["x"]}}, "no_name"),
    "no sku": ({"product": {"name": "x"}}, "no_sku"),
    "sku is a list": ({"product": {"sku": ["9"], "name": "x"}}, "no_sku"),
    "sku is true": ({"product": {"sku": True, "name": "x"}}, "no_sku"),
    "name of 300": ({"product": {"sku": "9", "name": "x" * 300}}, None),
    "name of 3000": ({"product": {"sku": "9", "name": "x" * 3_000}}, "too_long"),
    "url of 20000": ({"product": {"sku": "9", "name": "x", "url": "h" * 20_000}}, None),
    "price n/a": ({"product": {"sku": "9", "name": "x", "price_current": "N/A"}}, "bad_price"),
    "price true": ({"product": {"sku": "9", "name": "x", "price_current": True}}, "bad_price"),
    "price 1e9": (b'{"product": {"sku": "9", "name": "x", "price_current": 1e9}}', "bad_price"),
    "price 1e999": (b'{"product": {"sku": "9", "name": "x", "price_current": 1e999}}', "bad_price"),
    "price -1": ({"product": {"sku": "9", "name": "x", "price_current": -1}}, "bad_price"),
    "price 0": ({"product": {"sku": "9", "name": "x", "price_current": 0}}, "bad_price"),
    "price null": ({"product": {"sku": "9", "name": "x", "price_current": None}}, None),
    "other store": (row("9", store_id="elsewhere"), "other_store"),
    "barcode of 5000 digits": (long_number("barcode"), None),
    "barcode of 4300 digits": (long_number("barcode", 4_300), None),
    "old price of 5000 digits": (long_number("price_was"), None),
    "price of 5000 digits": (long_number("price_current"), "bad_price"),
    "sku of 5000 digits": (long_number("sku"), "too_long"),
    "name of 5000 digits": (long_number("name"), "too_long"),
    "brand that grows": ({"product": {"sku": "9", "name": "x", "brand": "ﬃ" * 255}}, None),
    "sku again": ({"product": {"sku": "1", "name": "x", "price_current": 7}}, "repeated_sku"),
}

# Files as they are, and where they end.
FILES: dict[str, tuple[bytes, str]] = {
    "no-metadata.jsonl": (lines({"product": {"sku": "1", "name": "x"}}), "no_metadata"),
    "no-date.jsonl": (
        lines(
            {"product": {"sku": "1", "name": "x"}, "metadata": {"company": "a", "store_id": "b"}}
        ),
        "no_metadata",
    ),
    "empty.jsonl": (b"", "no_metadata"),
    "blank.jsonl": (b"\n\n  \n", "no_metadata"),
    "no-valid-row.jsonl": (lines(store_row(900, {"sku": "1"})), "no_products"),
    "latin-1.jsonl": (lines(row("1", name="Café")).decode().encode() + b"\xe9\n", "unreadable"),
    "cut-off.jsonl.gz": (gzip.compress(lines(*GOOD) * 50)[:-40], "unreadable"),
    "garbage-behind.jsonl.gz": (gzip.compress(lines(*GOOD)) + b"garbage", "unreadable"),
    "not-gzip.jsonl.gz": (lines(*GOOD), "unreadable"),
    "utf-16.jsonl": (lines(*GOOD).decode().encode("utf-16"), "unreadable"),
    "utf-16-be.jsonl": (lines(*GOOD).decode().encode("utf-16-be"), "unreadable"),
    "utf-16-le.jsonl.gz": (gzip.compress(lines(*GOOD).decode().encode("utf-16-le")), "unreadable"),
    "utf-32.jsonl": (lines(*GOOD).decode().encode("utf-32"), "unreadable"),
    "cr-only.jsonl": (lines(*GOOD).replace(b"\n", b"\r"), "unreadable"),
    "long-lower-case.jsonl": (lines(row(company="İ" * 64)), "no_metadata"),
    "from-2099.jsonl": (lines(store_row(901, day="2099-01-01")), "future"),
}


SAID = {
    "empty.jsonl": "The file is empty",
    "blank.jsonl": "The file is empty",
    "utf-16.jsonl": "it is UTF-16 or UTF-32 text, and must be UTF-8",
    "utf-16-be.jsonl": "it is UTF-16 or UTF-32 text, and must be UTF-8",
    "utf-16-le.jsonl.gz": "it is UTF-16 or UTF-32 text, and must be UTF-8",
    "utf-32.jsonl": "it is UTF-16 or UTF-32 text, and must be UTF-8",
    "cr-only.jsonl": "its lines end with CR alone, and must end with LF",
    "long-lower-case.jsonl": "no usable company. A snapshot needs company and store_id (at most 64",
}
"""What the explanations of some say the file is."""


class Taken(NamedTuple):
    """A workplace after a drain, and what that told."""

    place: Workplace
    drained: Drained


@pytest.fixture(scope="module", params=["sqlite", "mariadb"])
def taken_bad_files(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Taken]:
    """All of them at once, with a good file among them, drained: to look at."""
    place = Workplace.create(tmp_path_factory.mktemp("bad files"))
    if request.param == "mariadb":
        place.catalogue_url = request.getfixturevalue("mariadb").new_catalogue()
    fill_inbox(place)
    with pytest.MonkeyPatch.context() as patch, enter(place, patch):
        yield Taken(place, place.drain())


def fill_inbox(workplace: Workplace) -> None:
    """Every bad row, every bad file, and what is no file to take."""
    for number, (line, _) in enumerate(ROWS.values()):
        content = lines(store_row(number, sku="1", price=3), store_row(number, sku="2", price=4))
        workplace.drop(f"row-{number:02}.jsonl", content + lines(line))
    for name, (content, _) in FILES.items():
        workplace.drop(name, content)
    workplace.drop("good.jsonl", GOOD)
    (workplace.inbox / "folder.jsonl").mkdir()
    secret = workplace.root / "secret.jsonl"
    secret.write_bytes(lines(*[row(sku, 1, store_id="secret") for sku in ("1", "2")]))
    (workplace.inbox / "link.jsonl").symlink_to(secret)
    os.mkfifo(workplace.inbox / "pipe.jsonl")
    (workplace.inbox / "notes.txt").write_text("mine")
    (workplace.inbox / ".hidden.jsonl").write_text("half")
    (Path(os.fsdecode(bytes(workplace.inbox) + b"/caf\xe9.jsonl"))).write_bytes(lines(*GOOD))


def test_every_bad_file_gets_its_reason_and_stops_nothing_else(taken_bad_files: Taken) -> None:
    place, drained = taken_bad_files
    outcomes = place.outcomes(drained)
    expected: dict[str, tuple[str, str | None]] = {
        name: ("quarantined", reason) for name, (_, reason) in FILES.items()
    }
    expected |= {f"row-{number:02}.jsonl": ("accepted", None) for number in range(len(ROWS))}
    expected["good.jsonl"] = ("accepted", None)
    assert outcomes == expected
    assert place.rows("SELECT sku, price FROM store_prices WHERE store_id = 'G1'") == [
        ("1", 1.5),
        ("2", 2.5),
    ]
    for name, (_, reason) in FILES.items():
        (kept,) = [path for path in place.files(f"quarantine/{reason}") if path.endswith(name)]
        sidecar = json.loads((place.data / "quarantine" / reason / f"{kept}.json").read_text())
        assert (sidecar["file"], sidecar["reason"]) == (name, reason)
        assert len(sidecar["message"]) > 30
        assert SAID.get(name, "") in sidecar["message"]
        assert (place.data / "quarantine" / reason / kept).read_bytes() == FILES[name][0]


def test_what_is_no_file_to_take_is_left_and_listed_with_why(taken_bad_files: Taken) -> None:
    place, drained = taken_bad_files
    left = drained.left
    assert {name: why.split(";")[0] for name, why in left.others.items()} == {
        "folder.jsonl": "a folder",
        "link.jsonl": "a symbolic link",
        "pipe.jsonl": "not a regular file",
        "notes.txt": "its name does not end in .jsonl or .jsonl.gz",
        ".hidden.jsonl": "its name starts with a dot, so it counts as unfinished",
        "caf?.jsonl": "its name is not UTF-8 text",
    }
    assert sorted(os.listdir(os.fsencode(place.inbox))) == sorted(  # noqa: PTH208 - as bytes
        [
            b"folder.jsonl",
            b"link.jsonl",
            b"pipe.jsonl",
            b"notes.txt",
            b".hidden.jsonl",
            b"caf\xe9.jsonl",
        ]
    )
    assert place.one("SELECT COUNT(*) FROM stores WHERE store_id = 'secret'") == 0


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_row_is_rejected_with_its_line_and_reason(name: str, workplace: Workplace) -> None:
    line, reason = ROWS[name]
    outcome = workplace.take("one.jsonl", lines(row("1", 3), row("2", 4), b"", line))
    assert outcome.state is State.ARCHIVED
    assert outcome.counts["rows_read"] == 3
    assert outcome.rejected_by_reason == ({reason: 1} if reason else {})
    assert outcome.counts["rows_accepted"] == (2 if reason else 3)
    rejects = workplace.files("rejects")
    if reason is None:
        assert rejects == []
        return
    (rejected,) = [
        json.loads(one)
        for one in (workplace.data / "rejects" / rejects[0]).read_text("utf-8").splitlines()
    ]
    assert (rejected["line"], rejected["reason"]) == (4, reason)
    assert rejected["detail"]


def test_dropped_fields_leave_the_row(workplace: Workplace) -> None:
    content = row(
        "1", 3, url="h" * 20_000, category_path="not a list", barcode="123", brand=7, size=["x"]
    )
    assert workplace.take("one.jsonl", [content]).state is State.ARCHIVED
    shown = "SELECT url, category_id, barcode, brand_name, size FROM skus"
    assert workplace.rows(shown) == [(None, None, None, None, None)]


def test_two_files_of_one_name_on_two_days_are_both_kept(workplace: Workplace) -> None:
    workplace.take("store.jsonl", [row("1", 1.5, day="2025-09-01")])
    workplace.take("store.jsonl", [row("1", 2.5, day="2025-09-02")])
    assert len(workplace.files("archive")) == 2
    assert workplace.rows("SELECT price, previous_price FROM store_prices") == [(2.5, 1.5)]


def test_the_same_file_refused_twice_is_kept_twice(workplace: Workplace) -> None:
    for _ in range(2):
        assert workplace.take("x.jsonl", b"nothing\n").reason == "no_metadata"
    kept = workplace.files("quarantine/no_metadata")
    assert len([name for name in kept if name.endswith(".jsonl")]) == 2
    assert len([name for name in kept if name.endswith(".json")]) == 2


def test_a_very_long_name_is_kept_as_far_as_names_go(workplace: Workplace) -> None:
    name = "é" * 120 + ".jsonl"
    outcome = workplace.take(name, GOOD)
    assert outcome.state is State.ARCHIVED
    (kept,) = workplace.files("archive")
    assert kept.endswith("é.jsonl")


def test_a_socket_or_a_name_with_a_path_is_no_file_of_the_inbox(workplace: Workplace) -> None:
    assert workplace.pipeline
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(workplace.inbox / "s.jsonl"))
        assert dict(workplace.drain().left.others) == {"s.jsonl": "not a regular file"}


def test_a_file_that_is_still_growing_is_left_and_taken_later(workplace: Workplace) -> None:
    settings = workplace.pipeline.settings.model_copy(update={"settle_s": 2.5})
    pipeline = Pipeline(settings)
    instance, definitions = workplace.instance, workplace.definitions
    path = workplace.drop("growing.jsonl", [row("1", 1.5)])
    workplace.drop("other.jsonl", [row("1", 1.5, store_id="G2")])

    def grow(content: bytes) -> None:
        with path.open("ab") as stream:
            stream.write(content)

    def sleep_while_it_grows(seconds: float) -> None:
        time.sleep(seconds)
        grow(lines(row("2", 2.5)))

    class Growing(Silent):
        def end(self, name: str, is_ok: bool) -> None:
            grow(b"\n")  # however long the other file's run took

    drained = drain_products(pipeline, instance, definitions, Growing(), sleep_while_it_grows)
    assert workplace.outcomes(drained) == {"other.jsonl": ("accepted", None)}
    assert [file.name for file in drained.left.unsettled] == ["growing.jsonl"]
    workplace.drain()
    assert workplace.one("SELECT COUNT(*) FROM store_prices WHERE store_id = 'G1'") == 2

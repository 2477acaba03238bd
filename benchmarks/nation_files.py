"""The files of a nation's night: each store of a directory with the sample's invented articles.

Stores of one company in one state share most prices, so they form price groups; each has a few
prices and gaps of its own. From night to night prices change for a whole company, and a few SKUs of
each store come and go. The same seed gives the same bytes.
"""

import csv
import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from stdnum import ean

from pipeline_assets.sample.articles import Article, articles
from pipeline_assets.sample.companies import product
from pipeline_assets.sample.shops import Offer

SEED = 20250924
_SPARE = 1.1  # a company has so many times the SKUs of one store
_OF_ALDI_ALONE = "label"
_REGIONAL, _OWN, _GAPS = 0.3, 0.015, 0.05
_CHANGED, _COME_AND_GO = 0.02, 0.005  # each night
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class NationStore:
    """A store of the directory."""

    company: str
    store_id: str
    name: str
    state: str

    @property
    def file_name(self) -> str:
        """Its file, without a date."""
        return f"{self.company}-{self.store_id.replace(':', '-').lower()}"


def read_stores(path: Path, every: int = 1) -> list[NationStore]:
    """The stores of a directory packed with gzip; with `every`, one of so many."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        found = [
            NationStore(
                row["company"], row["store_id"], row["store_name"], row["state"] or "unknown"
            )
            for row in csv.DictReader(file)
        ]
    return found[::every]


def write_night(
    folder: Path, stores: list[NationStore], skus: int, night: int, day: date
) -> tuple[int, int]:
    """Write each store's file of a night; returns how many rows and how many bytes."""
    rows = written = 0
    for company in sorted({store.company for store in stores}):
        shelf = _Shelf(company, skus, night, day)
        for store in stores:
            if store.company == company:
                lines = list(shelf.lines(store))
                content = "".join(lines).encode()
                (folder / f"{store.file_name}-{day}.jsonl").write_bytes(content)
                rows, written = rows + len(lines), written + len(content)
    return rows, written


class _Shelf:
    """What a company sells in one night. Texts of rows are kept: most stores share them."""

    def __init__(self, company: str, skus: int, night: int, day: date) -> None:
        self._company = company
        self._articles = _assortment(company, round(skus * _SPARE))
        self._skus = skus
        self._night = night
        self._day = day.isoformat()
        self._texts: dict[tuple[int, int], str] = {}
        self._lists: dict[str, Numbers] = {}

    def lines(self, store: NationStore) -> Iterator[str]:
        """The lines of a store's file."""
        metadata = {
            "company": store.company,
            "store_name": store.name,
            "store_id": store.store_id,
            "state": store.state,
            "scraped_date": self._day,
        }
        tail = f', "metadata": {json.dumps(metadata)}}}\n'
        rng = _rng(store.company, store.store_id)
        count = len(self._articles)
        cents = self._prices(store.state)
        is_own = rng.random(count) < _OWN
        order = rng.random(count) < _GAPS
        for night in range(1, self._night + 1):
            flips = _rng(store.company, store.store_id, night).random(count) < _COME_AND_GO
            order = order ^ flips
        sold = np.flatnonzero(~order)[: self._skus]
        for number, price in zip(
            sold.tolist(), np.where(is_own, cents * 21 // 20, cents)[sold].tolist(), strict=True
        ):
            yield self._text(number, price) + tail

    def _prices(self, state: str) -> Numbers:
        """The company's prices in a state, this night, in cents."""
        if state not in self._lists:
            count = len(self._articles)
            usual = np.array([article.cents for article in self._articles], np.int64)
            here = _rng(self._company, state)
            is_regional = here.random(count) < _REGIONAL
            percent = np.where(is_regional, here.integers(90, 111, count), 100)
            for night in range(1, self._night + 1):
                news = _rng(self._company, night)
                is_changed = news.random(count) < _CHANGED
                percent = np.where(
                    is_changed, percent * news.integers(75, 120, count) // 100, percent
                )
            self._lists[state] = np.maximum(usual * percent // 100, 5)
        return self._lists[state]

    def _text(self, number: int, cents: int) -> str:
        key = (number, cents)
        if key not in self._texts:
            row = product(self._company, Offer(self._articles[number], cents), self._day)
            self._texts[key] = f'{{"product": {json.dumps(row)}'
        return self._texts[key]


@cache
def _assortment(company: str, count: int) -> list[Article]:
    """So many articles that the company sells: the sample's, again and again in numbered kinds."""
    base = articles()
    found: list[Article] = []
    number = 0
    while len(found) < count:
        article = base[number % len(base)]
        if company == "aldi" or article.kind != _OF_ALDI_ALONE:
            found.append(_kind(article, number, number // len(base)))
        number += 1
    return found


def _kind(article: Article, number: int, turn: int) -> Article:
    name = f"{article.name} No {turn}" if turn else article.name
    digits = f"952{number:09d}"
    gtin = f"{digits}{ean.calc_check_digit(digits)}" if article.gtin else None
    return replace(article, number=number, name=name, gtin=gtin)


def _rng(*names: object) -> np.random.Generator:
    return np.random.default_rng([SEED, zlib.crc32("/".join(map(str, names)).encode())])

"""The sample's stores: which articles each sells on which day, and at what price.

Days are counted from 0. No date is used, so prices are the same whenever the sample is made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipeline_assets.sample.articles import Article, articles, dice

DAYS = 3


@dataclass(frozen=True, slots=True)
class Store:
    """A store. `own_prices` is the share of articles it prices differently from its company.

    `scraped_at` is the time of day that its files give; None if they give only the day.
    """

    company: str
    store_id: str
    name: str
    state: str
    slug: str
    own_prices: float = 0.0
    scraped_at: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An article as a store lists it on one day. `cents` is None if it has no price that day.

    `was_cents` is the usual price while it is on special, otherwise None.
    """

    article: Article
    cents: int | None
    was_cents: int | None = None


STORES = (
    Store("aldi", "G901", "sample hill", "qld", "sample-hill-g901"),
    Store("aldi", "G902", "sample creek", "qld", "sample-creek-g902"),
    Store("aldi", "G903", "sample junction", "nsw", "sample-junction-g903", own_prices=0.003),
    Store("aldi", "G907", "sample dunes", "wa", "sample-dunes-g907", own_prices=0.3),
    Store(
        "coles", "COL:0451", "coles sample bay", "sa", "sample-bay-0451", 0.08, "06:12:48.386692"
    ),
    Store(
        "coles", "COL:0617", "coles sample park", "vic", "sample-park-0617", 0, "07:03:21.619002"
    ),
    Store("iga", "90451", "iga sample village grocer", "nsw", "sample-village-grocer"),
    Store("woolworths", "90417", "sample plaza", "nsw", "sample-plaza-90417"),
)

# How an article's price changes over the days (n: usual, r: raised, c: cut, s: on special), and on
# which days it is listed, each with its weight.
_COURSES = {"nnn": 80, "nrr": 5, "nnc": 4, "nss": 4, "snn": 4, "nsn": 3}
_LISTED = {"111": 88, "011": 3, "001": 2, "110": 3, "100": 1, "101": 3}
_PERCENT = {"n": 100, "r": 110, "c": 90, "s": 75}
_OWN_PRICE_PERCENT = 115

_NATIONAL_SHARE = {"aldi": 0.55, "coles": 0.96, "iga": 0.92, "woolworths": 0.97}
_COMPANY_PERCENT = {"aldi": 94, "coles": 100, "iga": 112, "woolworths": 101}
_LAST_DIGIT = {"aldi": 9, "coles": 0, "iga": 5, "woolworths": 0}
_MISSING_SHARE = 0.02
_WITHOUT_PRICE_SHARE = {"coles": 0.04}


def offers(store: Store, day: int) -> list[Offer]:
    """Everything that the store lists on that day, in catalogue order."""
    return [
        _offer(store, article, day)
        for article in _assortment(store.company)
        if _listed_on(store.company, article)[day] == "1"
        and dice(store.store_id, article.number, "missing").random() >= _MISSING_SHARE
    ]


@cache
def _assortment(company: str) -> tuple[Article, ...]:
    return tuple(article for article in articles() if _is_sold_by(company, article))


def _is_sold_by(company: str, article: Article) -> bool:
    if article.kind == "national":
        return dice(company, article.number, "sold").random() < _NATIONAL_SHARE[company]
    return article.kind == "fresh" or company == "aldi"


@cache
def _listed_on(company: str, article: Article) -> str:
    return _drawn(_LISTED, company, article, "listed")


def _offer(store: Store, article: Article, day: int) -> Offer:
    if _is_without_price(store, article, day):
        return Offer(article, None)
    course = _drawn(_COURSES, store.company, article, "course")[day]
    usual = _cents(store, article, "n")
    # What other companies call a special is just a changed price at Aldi.
    is_special = course == "s" and store.company != "aldi"
    return Offer(article, _cents(store, article, course), usual if is_special else None)


def _is_without_price(store: Store, article: Article, day: int) -> bool:
    chance = dice(store.store_id, article.number, "without price")
    share = _WITHOUT_PRICE_SHARE.get(store.company, 0.0)
    return chance.random() < share and day >= int(chance.random() * DAYS)


def _cents(store: Store, article: Article, course: str) -> int:
    percent = _COMPANY_PERCENT[store.company] * _PERCENT[course]
    if dice(store.store_id, article.number, "own price").random() < store.own_prices:
        percent = percent * _OWN_PRICE_PERCENT // 100
    return article.cents * percent // 100_000 * 10 + _LAST_DIGIT[store.company]


def _drawn(weights: Mapping[str, int], company: str, article: Article, what: str) -> str:
    chance = dice(company, article.number, what)
    return chance.choices(list(weights), list(weights.values()))[0]

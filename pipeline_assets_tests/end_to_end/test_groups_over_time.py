"""Store groups while snapshots, moments and thresholds change; stores of a hundred articles."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.catalogue.groups import write_groups
from pipeline_assets.catalogue.stores import register_store
from pipeline_assets.domain.snapshots.header import Header
from pipeline_assets.services.files.outcomes import State
from pipeline_assets.services.post_processing.reports import StepReport
from pipeline_assets_tests.end_to_end.stories import post_process
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True

NOW = datetime(2025, 9, 24)
TODAY = "2025-09-23"
LONG_AGO = "2025-09-01"
ALL = range(100)


class Shops:
    """A workplace whose clock is moved by hand, and its stores."""

    def __init__(self, place: Workplace) -> None:
        self.place = place
        self.clock = place.clock = Clock(NOW)
        self._files = 0

    def scrape(
        self,
        store_id: str,
        at: str = TODAY,
        dearer: Collection[int] = (),
        articles: Collection[int] = ALL,
        company: str = "aldi",
    ) -> None:
        """A snapshot of a store: each article at a price of its own, some a cent dearer."""
        rows = [
            row(
                f"{number}",
                round(1 + number / 10 + (number in dearer) / 100, 2),
                name=f"Article {number}",
                company=company,
                store_id=store_id,
                day=at,
            )
            for number in articles
        ]
        self._files += 1
        outcome = self.place.take(f"{self._files}.jsonl", rows)
        assert outcome.state is State.ARCHIVED, outcome.message

    def reconcile(self, **options: str | bool | int) -> StepReport:
        """All of post-processing; what became of the groups."""
        return post_process(self.place, **options)["reconciled_groups"]

    def groups(self, company: str = "aldi") -> dict[str, str]:
        """The company's groups as anchor → all its stores, in order, the anchor included."""
        rows = self.place.rows(
            "SELECT anchor_store_id, store_id FROM store_group_members m "
            "JOIN store_groups g USING (group_id) WHERE g.company = :company "
            "ORDER BY anchor_store_id, store_id",
            company=company,
        )
        found: dict[str, str] = {}
        for anchor, store_id in rows:
            found[anchor] = f"{found[anchor]} {store_id}" if anchor in found else store_id
        return found

    def flagged(self) -> list[str]:
        wanted = "SELECT anchor_store_id FROM store_groups WHERE is_flagged ORDER BY 1"
        return [anchor for (anchor,) in self.place.rows(wanted)]


@pytest.fixture
def shops(workplace: Workplace) -> Shops:
    return Shops(workplace)


@pytest.mark.parametrize(
    ("dearer", "expected"), [(2, {"G1": "G1 G2"}), (3, {"G1": "G1", "G2": "G2"})]
)
def test_stores_become_one_group_from_an_agreement_of_98_percent(
    shops: Shops, dearer: int, expected: dict[str, str]
) -> None:
    shops.scrape("G1")
    shops.scrape("G2", dearer=range(dearer))
    report = shops.reconcile()
    assert shops.groups() == expected
    assert report.facts["pairs_compared"] == 1
    assert report.facts["groups"] == len(expected)
    assert report.changes["merges"] == 2 - len(expected)


def test_a_member_whose_later_snapshot_differs_leaves_and_merges_elsewhere(shops: Shops) -> None:
    for store_id in ("G1", "G2", "G3"):
        shops.scrape(store_id, "2025-09-20")
    for store_id in ("G8", "G9"):
        shops.scrape(store_id, "2025-09-20", dearer=range(50))
    shops.reconcile()
    assert shops.groups() == {"G1": "G1 G2 G3", "G8": "G8 G9"}
    shops.scrape("G3", TODAY, dearer=range(50))
    report = shops.reconcile()
    assert shops.groups() == {"G1": "G1 G2", "G8": "G3 G8 G9"}
    assert (report.changes["ejections"], report.changes["merges"]) == (1, 1)
    assert report.details == [
        "aldi G3 leaves the group of G1: 50 of 100 common SKUs have the same price",
        "aldi G3 joins G8: 100 of 100 common SKUs have the same price",
    ]
    shops.scrape("G2", TODAY, dearer=range(0, 100, 3))
    shops.reconcile()
    assert shops.groups() == {"G1": "G1", "G2": "G2", "G8": "G3 G8 G9"}


def test_an_anchor_that_is_not_current_is_flagged_until_it_is_scraped_again(shops: Shops) -> None:
    for store_id in ("G1", "G2", "G3", "G4"):
        shops.scrape(store_id, "2025-09-22")
    shops.reconcile()
    assert shops.groups() == {"G1": "G1 G2 G3 G4"}
    shops.clock.now += timedelta(days=8)
    for store_id in ("G2", "G3"):
        shops.scrape(store_id, "2025-10-01", dearer=range(10))
    report = shops.reconcile()
    # The members that moved on regroup; the one that is not current stays, and so does the anchor.
    assert shops.groups() == {"G1": "G1 G4", "G2": "G2 G3"}
    assert shops.flagged() == ["G1"]
    assert (report.changes["flags_changed"], report.facts["anchors_flagged"]) == (1, 1)
    assert report.changes["ejections"] == 2
    assert shops.reconcile().changed == 0
    shops.scrape("G1", "2025-10-01", dearer=range(10))
    assert shops.reconcile().changes["flags_changed"] == 1
    assert shops.flagged() == []
    assert shops.groups() == {"G1": "G1 G2 G3 G4"}  # of two groups of two the lower anchor stays


def test_a_store_alone_in_its_group_loses_the_flag_that_an_earlier_version_gave_it(
    shops: Shops,
) -> None:
    shops.scrape("G1", LONG_AGO)
    shops.reconcile()
    with writing(shops.place.pipeline.engine) as connection:
        write_groups(connection, "aldi", {}, {"G1": True})
    assert shops.flagged() == ["G1"]
    report = shops.reconcile()
    assert (report.changes["flags_changed"], report.facts["anchors_flagged"]) == (1, 0)
    assert shops.flagged() == []
    assert shops.reconcile().changed == 0


def test_a_current_member_that_still_matches_stays_with_a_flagged_anchor(shops: Shops) -> None:
    for store_id in ("G1", "G2"):
        shops.scrape(store_id, "2025-09-22")
    shops.reconcile()
    shops.clock.now += timedelta(days=8)
    shops.scrape("G2", "2025-10-01", dearer=[1])
    assert shops.reconcile().changes == {
        "stores_moved": 0,
        "ejections": 0,
        "merges": 0,
        "flags_changed": 1,
    }
    assert shops.groups() == {"G1": "G1 G2"}
    assert shops.flagged() == ["G1"]


def test_a_member_that_is_not_current_stays_though_its_prices_differ(shops: Shops) -> None:
    for store_id in ("G1", "G2"):
        shops.scrape(store_id, "2025-09-22")
    shops.reconcile()
    shops.clock.now += timedelta(days=8)
    shops.scrape("G1", "2025-10-01", dearer=range(50))
    assert shops.reconcile().changed == 0
    assert shops.groups() == {"G1": "G1 G2"}
    shops.scrape("G2", "2025-10-01")
    assert shops.reconcile().changes["ejections"] == 1
    assert shops.groups() == {"G1": "G1", "G2": "G2"}


def test_stores_are_compared_again_only_after_a_newer_snapshot_or_by_another_rule(
    shops: Shops,
) -> None:
    for number, store_id in enumerate(("G1", "G2", "G3", "G4")):
        shops.scrape(store_id, "2025-09-20", dearer=range(number // 2 * 20))
    assert shops.reconcile().facts["pairs_compared"] == 6
    assert shops.groups() == {"G1": "G1 G2", "G3": "G3 G4"}
    assert shops.reconcile().facts["pairs_compared"] == 0
    shops.scrape("G4", "2025-09-21", dearer=range(20))
    assert shops.reconcile().facts["pairs_compared"] == 1
    shops.scrape("G1", "2025-09-21")
    assert shops.reconcile().facts["pairs_compared"] == 2  # with its member and the other anchor
    assert shops.reconcile().facts["pairs_compared"] == 0
    report = shops.reconcile(min_agreement="0.80")
    assert report.facts["pairs_compared"] > 0
    assert shops.groups() == {"G1": "G1 G2 G3 G4"}
    assert shops.reconcile(min_agreement="0.80").facts["pairs_compared"] == 0
    assert shops.reconcile().facts["pairs_compared"] > 0
    assert shops.groups() == {"G1": "G1 G2", "G3": "G3 G4"}


def test_a_short_first_scrape_is_neither_member_nor_anchor_of_full_stores(shops: Shops) -> None:
    shops.scrape("A0", articles=range(15))
    for store_id in ("G1", "G2"):
        shops.scrape(store_id)
    shops.reconcile()
    assert shops.groups() == {"A0": "A0", "G1": "G1 G2"}


@pytest.mark.parametrize(
    ("in_common", "expected"), [(67, {"G1": "G1 G2"}), (66, {"G1": "G1", "G2": "G2"})]
)
def test_two_thirds_of_the_larger_list_must_be_in_common(
    shops: Shops, in_common: int, expected: dict[str, str]
) -> None:
    shops.scrape("G1")
    shops.scrape("G2", articles=range(100 - in_common, 190 - in_common))
    shops.reconcile()
    assert shops.groups() == expected


def test_relaxed_staleness_counts_from_the_newest_scrape_of_the_company(shops: Shops) -> None:
    for store_id in ("G1", "G2"):
        shops.scrape(store_id, LONG_AGO)
    shops.scrape("G3", "2025-08-20")
    shops.reconcile()
    assert shops.groups() == {"G1": "G1", "G2": "G2", "G3": "G3"}
    assert shops.flagged() == []  # each is alone in its group
    shops.reconcile(relaxed_staleness=True)
    assert shops.groups() == {"G1": "G1 G2", "G3": "G3"}
    assert shops.flagged() == []
    shops.scrape("G9", TODAY, company="coles")  # another company's scrape makes no one stale
    assert shops.reconcile(relaxed_staleness=True).changed == 0


def test_groups_never_change_a_price(shops: Shops) -> None:
    shops.scrape("G1")
    shops.scrape("G2", dearer=[1, 2])
    shops.scrape("G3", dearer=range(40))
    kept = (
        "SELECT company, store_id, sku, name, price, previous_price, was_price, is_on_special, "
        "unit_price, unit_of_measure, scraped_date FROM store_prices ORDER BY store_id, sku"
    )
    before = shops.place.rows(kept)
    shops.reconcile()
    assert shops.groups() == {"G1": "G1 G2", "G3": "G3"}
    assert shops.place.rows(kept) == before
    assert len(before) == 300


def test_stores_of_two_companies_stay_apart_though_they_share_their_ids(shops: Shops) -> None:
    for company in ("aldi", "coles"):
        shops.scrape("1", company=company)
    shops.scrape("2", company="coles")
    assert shops.reconcile().facts["pairs_compared"] == 1
    assert shops.groups("aldi") == {"1": "1"}
    assert shops.groups("coles") == {"1": "1 2"}


def days_ago(days: float) -> str:
    """A moment before the real now, from which the views count."""
    return (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")


def some_weeks(shops: Shops) -> None:
    """G1 to G3 were one group; since then G1 was scraped again. G5 and G6 are both out of date."""
    now = datetime.now(UTC).replace(tzinfo=None)
    shops.clock.now = now - timedelta(days=9)
    for store_id in ("G1", "G2", "G3"):
        shops.scrape(store_id, days_ago(9), articles=range(20))
    for store_id in ("G5", "G6"):
        shops.scrape(store_id, days_ago(10), dearer=ALL, articles=range(20))
    shops.reconcile()
    shops.clock.now = now
    shops.scrape("G1", days_ago(2), dearer=range(10), articles=range(18))
    shops.scrape("G3", days_ago(1), dearer=range(10), articles=range(18))
    shops.reconcile()
    assert shops.groups() == {"G1": "G1 G2 G3", "G5": "G5 G6"}


def test_estimated_prices_answer_for_a_store_by_its_anchor(shops: Shops) -> None:
    some_weeks(shops)
    rows = shops.place.rows(
        "SELECT store_id, observed_store_id, is_estimate, COUNT(*), SUM(price), scraped_date "
        "FROM estimated_prices GROUP BY 1, 2, 3, 6 ORDER BY 1"
    )
    dates = dict(shops.place.rows("SELECT store_id, last_scraped_date FROM stores"))
    today = round(sum(1 + number / 10 for number in range(18)) + 0.1, 2)
    dear = round(sum(1 + number / 10 + 0.01 for number in range(20)), 2)
    assert [(*one[:4], round(float(one[4]), 2), one[5]) for one in rows] == [
        ("G1", "G1", 0, 18, today, dates["G1"]),
        ("G2", "G1", 1, 18, today, dates["G1"]),  # its anchor answers for it
        ("G3", "G3", 0, 18, today, dates["G3"]),
        ("G5", "G5", 0, 20, dear, dates["G5"]),
        ("G6", "G6", 0, 20, dear, dates["G6"]),  # its anchor knows no better
    ]
    own = "SELECT COUNT(*) FROM store_prices WHERE store_id = 'G2'"
    assert shops.place.one(own) == 20


def test_stores_to_scrape_puts_first_what_is_worth_most(shops: Shops) -> None:
    some_weeks(shops)
    header = Header("aldi", "G7", None, None, datetime(2025, 9, 1), date(2025, 9, 1))
    with writing(shops.place.pipeline.engine) as connection:
        register_store(connection, header, None, NOW)  # known, and never scraped
    assert shops.place.rows(
        "SELECT store_id, reason, is_anchor, stores_in_group FROM stores_to_scrape"
    ) == [
        ("G5", "flagged", 1, 2),
        ("G7", "never scraped", 1, 1),
        ("G6", "stale", 0, 2),
        ("G2", "stale", 0, 3),
        ("G1", "current", 1, 3),
        ("G3", "current", 0, 3),
    ]

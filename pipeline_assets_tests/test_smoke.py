"""The whole loop in seconds: drain the sample, post-process it, ask for the prices of a product."""

from collections import Counter

import pytest

from pipeline_assets_tests.commands import in_this_process, outcomes
from pipeline_assets_tests.workplace import Workplace


@pytest.mark.from_nothing
def test_the_sample_becomes_prices_that_can_be_compared_across_stores(
    workplace: Workplace, capfd: pytest.CaptureFixture[str]
) -> None:
    command = in_this_process(capfd)
    assert command("sample", "--last-day", "2025-09-30").status == 0
    drained = command("drain", "--json")
    assert drained.status == 0, drained.err
    report = drained.json()
    taken = Counter(outcomes(report).values())
    assert taken == {("accepted", None): 23, ("quarantined", "partial"): 1}
    assert report["post_processing"]["success"] is True
    assert workplace.one("SELECT COUNT(*) FROM store_prices") == 802
    assert workplace.rows(
        "SELECT company, store_id, price FROM store_prices WHERE barcode = '9520041001374' "
        "ORDER BY company, store_id"
    ) == [
        ("aldi", "G901", 2.89),
        ("aldi", "G903", 2.89),
        ("aldi", "G907", 2.89),
        ("coles", "COL:0451", 3.0),
        ("coles", "COL:0617", 3.0),
        ("iga", "90451", 3.35),
        ("woolworths", "90417", 3.0),
    ]

"""The source leaves its inbox only when the enriched file is in the other one."""

import errno
import os

import pytest

from pipeline_assets.errors import HaltedFileError
from pipeline_assets.inbox import filing
from pipeline_assets.services.enrichment.enrich_file import enrich_file
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets_tests.enrichment.shop import Shop, delivered, gtin, to_enrich
from pipeline_assets_tests.workplace import Workplace

ON_BOTH_DATABASES = True


def test_a_file_that_cannot_be_delivered_stays_in_its_inbox_and_is_delivered_by_the_next_try(
    workplace: Workplace, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    to_enrich(workplace, "coles.jsonl", [shop.row("1")])
    with monkeypatch.context() as patch:
        patch.setattr(filing, "appear", broken)
        with pytest.raises(HaltedFileError, match="Input/output error"):
            enrich_file(workplace.pipeline, "coles.jsonl")
    assert workplace.files("barcode_enrichment_inbox") == ["coles.jsonl"]
    assert workplace.files("archive") == []

    requeue(workplace.pipeline, "coles.jsonl")
    enrich_file(workplace.pipeline, "coles.jsonl")
    assert [one["barcode"] for one in delivered(workplace, "coles.jsonl")] == [gtin(1)]
    assert workplace.files("barcode_enrichment_inbox") == []
    assert [name[13:] for name in workplace.files("archive")] == ["coles.jsonl"]
    assert shop.asked == ["1"]

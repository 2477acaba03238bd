"""What is kept of companies and their pairs is renewed as if everything was looked at anew."""

import random
from itertools import combinations

import msgspec
import pytest

from pipeline_assets.domain.matching import company_skus
from pipeline_assets.domain.matching.goods import MatchableSku, read_goods
from pipeline_assets.domain.matching.model import shipped_model
from pipeline_assets.domain.suggestions.renewal import RenewedCompanies, renewed_companies
from pipeline_assets_tests.domain.matching.samples import drawn
from pipeline_assets_tests.soaks import SEED

Shops = dict[str, list[MatchableSku]]
Kept = dict[tuple[str, str], bytes]
COMPANIES = ("east", "north", "south", "west")
PAIRS = tuple(combinations(COMPANIES, 2))


def renewed(shops: Shops, kept: Kept) -> tuple[RenewedCompanies, Kept]:
    """What is known of all of them, and what is to be kept then."""
    contents = {company: kept.get((company, company), b"") for company in shops}
    known = renewed_companies(shops, contents, shipped_model())
    new = {(company, company): known.company_content(company) for company in shops}
    new |= {pair: known.pair(pair, kept.get(pair, b"")).content for pair in combinations(shops, 2)}
    return known, {**kept, **{pair: one for pair, one in new.items() if one is not None}}


def opened(chance: random.Random, count: int = 15) -> Shops:
    return {
        company: [drawn(1_000 * place + number, company, chance) for number in range(count)]
        for place, company in enumerate(COMPANIES)
    }


def later(skus: list[MatchableSku], next_id: int, chance: random.Random) -> list[MatchableSku]:
    """Some are gone, some are others, some are new; the order is another."""
    company = skus[0].company
    there = [sku for sku in skus if chance.random() > 0.1] or skus
    for place, sku in enumerate(there):
        if chance.random() < 0.1:
            there[place] = msgspec.structs.replace(drawn(sku.sku_id, company, chance), sku=sku.sku)
    there += [drawn(next_id + number, company, chance) for number in range(chance.randrange(3))]
    chance.shuffle(there)
    return there


@pytest.mark.parametrize("number", range(3))
def test_after_any_history_the_same_is_kept_as_after_a_first_run(number: int) -> None:
    """Byte for byte: words, pairs and scores of four companies."""
    print(f"seed {SEED}")
    chance = random.Random(f"{SEED}-{number}")
    shops, kept = opened(chance), Kept()
    for step in range(4):
        _, kept = renewed(shops, kept)
        _, anew = renewed(shops, {})
        assert kept == anew
        lost = chance.choice([*kept, *PAIRS])
        if step % 2:
            kept = {**kept, lost: chance.choice((b"", kept[lost][:50]))}
        for company in chance.sample(COMPANIES, chance.randrange(3)):
            shops[company] = later(shops[company], 10_000 * (step + 1), chance)


def test_only_the_words_of_changed_skus_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(3)
    shops = opened(chance)
    _, kept = renewed(shops, {})
    read: list[int] = []

    def noted(sku: MatchableSku) -> object:
        read.append(sku.sku_id)
        return read_goods(sku)

    monkeypatch.setattr(company_skus, "read_goods", noted)
    renewed(shops, kept)
    assert read == []
    shops["north"][4] = msgspec.structs.replace(shops["north"][4], name="Quarry Lane Rhubarb")
    known = renewed_companies(
        shops, {company: kept[company, company] for company in shops}, shipped_model()
    )
    assert read == [shops["north"][4].sku_id]
    assert known.companies["north"].changed == {shops["north"][4].sku_id}


def test_only_what_is_news_is_kept_anew() -> None:
    chance = random.Random(4)
    shops = opened(chance)
    _, kept = renewed(shops, {})
    assert renewed(shops, kept)[1] == kept
    gone = shops["south"].pop()
    known, after = renewed(shops, kept)
    assert {pair for pair in kept if after[pair] != kept[pair]} == {
        pair for pair in kept if "south" in pair
    }
    assert known.companies["south"].changed == set()
    shops["south"].append(gone)
    assert renewed(shops, after)[1] == kept
    # Facts that count for no score are no news.
    shops["west"][0] = msgspec.structs.replace(shops["west"][0], barcode="9300605051645")
    assert renewed(shops, kept)[1] == kept

"""What is known of companies' pairs now, from what was kept and the SKUs of today.

Only what has changed is looked at again; the outcome is that of looking at everything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from pipeline_assets.domain.matching.company_skus import (
    CompanySkus,
    VectorisedSkus,
    rows_of_ids,
    vectorised,
)
from pipeline_assets.domain.matching.comparable import compare_changed
from pipeline_assets.domain.matching.goods import MatchableSku
from pipeline_assets.domain.matching.model import MatchingModel
from pipeline_assets.domain.matching.pairs import score_changed
from pipeline_assets.domain.suggestions.memory import (
    CompanyMemory,
    PairMemory,
    decode_company,
    decode_pair,
    encode_company,
    encode_pair,
    fingerprints,
    no_pair_memory,
)


class RenewedCompany(NamedTuple):
    """A company's SKUs of today.

    `memory`: of today. `state_before`: that of the memory which was kept; where it differs from
    today's, the memory is to be kept anew. `changed`: the ids of SKUs that are new or others.
    """

    skus: CompanySkus
    memory: CompanyMemory
    state_before: str
    changed: frozenset[int]

    @property
    def is_renewed(self) -> bool:
        """Whether any SKU is new, another, or gone."""
        return self.memory.state != self.state_before


def renewed_company(
    skus: Sequence[MatchableSku], content: bytes, model_version: str
) -> RenewedCompany:
    """What is known of one company; `content`: what was kept of it."""
    company, kept = CompanySkus.of(skus), decode_company(content, model_version)
    now = fingerprints(company.skus)
    if np.array_equal(kept.sku_ids, company.ids) and np.array_equal(kept.fingerprints, now):
        return RenewedCompany(company, kept, kept.state, frozenset())
    rows = rows_of_ids(kept.sku_ids, company.ids)
    is_known = rows >= 0
    is_known[is_known] = kept.fingerprints[rows[is_known]] == now[is_known]
    rows[~is_known] = -1
    memory = CompanyMemory(company.ids, now, company.words(kept.words, rows))
    changed = frozenset(company.ids[~is_known].tolist())
    return RenewedCompany(company, memory, kept.state, changed)


class RenewedPair(NamedTuple):
    """What is known of two companies now.

    `content`: what is to be kept of it; None if that is kept already. `changed`: the ids of the
    SKUs that were looked at anew.
    """

    memory: PairMemory
    content: bytes | None
    changed: frozenset[int]

    @property
    def pairs_scored(self) -> int:
        """How many pairs were scored, as candidates for one product and as comparable goods."""
        return self.memory.pairs.looked_at + self.memory.kinds.looked_at


@dataclass(frozen=True)
class RenewedCompanies:
    """All companies of today, by name. Their words are made vectors once for all their pairs."""

    companies: Mapping[str, RenewedCompany]
    model: MatchingModel

    @cached_property
    def _vectorised(self) -> dict[str, VectorisedSkus]:
        sides = [(one.skus, one.memory.words) for one in self.companies.values()]
        return dict(zip(self.companies, vectorised(sides, self.model.weight_of), strict=True))

    def company_content(self, company: str) -> bytes | None:
        """What is to be kept of a company; None if that is kept already."""
        one = self.companies[company]
        return encode_company(one.memory, self.model.model_version) if one.is_renewed else None

    def pair(self, pair: tuple[str, str], content: bytes) -> RenewedPair:
        """What is known of two companies; `content`: what was kept of them."""
        a, b = (self.companies[company] for company in pair)
        before = (a.state_before, b.state_before)
        kept = decode_pair(content, before, self.model.model_version)
        if kept is not None and not (a.is_renewed or b.is_renewed):
            return RenewedPair(kept, None, frozenset())
        changed = a.changed | b.changed
        if kept is None:
            kept = no_pair_memory()
            changed = frozenset((*a.skus.ids.tolist(), *b.skus.ids.tolist()))
        ours, theirs = (self._vectorised[company] for company in pair)
        memory = PairMemory(
            score_changed(ours, theirs, self.model, kept.pairs, changed),
            compare_changed(ours, theirs, self.model.weight_of, kept.kinds, changed),
        )
        states = (a.memory.state, b.memory.state)
        return RenewedPair(memory, encode_pair(memory, states, self.model.model_version), changed)


def renewed_companies(
    skus: Mapping[str, Sequence[MatchableSku]], contents: Mapping[str, bytes], model: MatchingModel
) -> RenewedCompanies:
    """What is known of all companies; `contents`: what was kept of each."""
    return RenewedCompanies(
        {
            company: renewed_company(of_company, contents[company], model.model_version)
            for company, of_company in skus.items()
        },
        model,
    )

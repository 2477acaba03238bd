"""Which brands are merged: the surest pair first, then the rest are judged again.

Belongs here: judging a pair of clusters by names and barcodes together, and the order of merging.
The resulting plan is in `plan`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import chain, combinations

from pipeline_assets.domain.brands.clusters import (
    BrandFacts,
    Cluster,
    Evidence,
    are_strangers,
    relations,
)
from pipeline_assets.domain.brands.names import Relation

# What a hostile file can have any number of; real files have two of each.
MOST_OF_A_BARCODE = 16  # names; a barcode of more is no evidence about any of them
MOST_OF_THE_LETTERS = 16  # names that are compared because their letters are the same
MOST_OF_A_BRAND = 16  # spellings; a larger brand is merged no further


@dataclass(frozen=True, slots=True)
class BrandThresholds:
    """How sure a merge must be.

    `min_agreement` concerns a name that may stand for several brands. Of the barcodes that it
    shares with any other name, it must share at least this part (0 to 1) with the brand that it is
    to be merged with.
    """

    min_agreement: float = 0.7


@dataclass(frozen=True, slots=True)
class DeclinedPair:
    """Two brands (canonical names) that stay separate though related, and why, for operators."""

    brand_a: str
    brand_b: str
    shared_barcodes: int
    reason: str


def merge_brands(
    brands: Iterable[BrandFacts], thresholds: BrandThresholds
) -> tuple[list[Cluster], list[DeclinedPair]]:
    """The clusters with several names, and the related pairs that stay separate, both in order."""
    work = _Merging(brands, thresholds)
    work.run()
    return work.merged(), work.declined()


# The surest rule, the most barcodes, the names; then the two numbers and why.
_Entry = tuple[int, int, str, str, int, int, Evidence]


class _Merging:
    """The clusters by number. A number is not reused once its cluster is part of another."""

    def __init__(self, brands: Iterable[BrandFacts], thresholds: BrandThresholds) -> None:
        ordered = sorted(_telling(brands), key=lambda brand: brand.name)
        self._thresholds = thresholds
        self._live = {number: Cluster.of(brand) for number, brand in enumerate(ordered)}
        self._next = len(ordered)
        self._shared: dict[int, int] = {}
        self._owners: dict[str, set[int]] = defaultdict(set)
        for number, cluster in self._live.items():
            for barcode in cluster.barcodes:
                self._owners[barcode].add(number)
        self._neighbours: dict[int, set[int]] = defaultdict(set)
        for one, other in self._candidates():
            self._neighbours[one].add(other)
            self._neighbours[other].add(one)

    def _candidates(self) -> Iterator[tuple[int, int]]:
        """The pairs worth judging: those with a barcode in common or the same letters in a name."""
        same_letters: dict[str, set[int]] = defaultdict(set)
        for number, cluster in self._live.items():
            for _, name in cluster.spellings:
                same_letters[name.joined].add(number)
        alike = (each for each in same_letters.values() if len(each) <= MOST_OF_THE_LETTERS)
        for numbers in chain(self._owners.values(), alike):
            yield from combinations(sorted(numbers), 2)

    def _pairs(self) -> Iterator[tuple[int, int]]:
        for one, others in self._neighbours.items():
            yield from ((one, other) for other in others if one < other)

    def run(self) -> None:
        queue = [entry for pair in self._pairs() if (entry := self._entry(*pair))]
        heapify(queue)
        while queue:
            *_, one, other, evidence = heappop(queue)
            if one in self._live and other in self._live:
                merged = self._merge(one, other, evidence)
                for neighbour in self._neighbours[merged]:
                    if entry := self._entry(neighbour, merged):
                        heappush(queue, entry)

    def merged(self) -> list[Cluster]:
        return [cluster for cluster in self._live.values() if cluster.merges]

    def declined(self) -> list[DeclinedPair]:
        verdicts = [self._judge(*pair) for pair in self._pairs()]
        pairs = [verdict for verdict in verdicts if isinstance(verdict, DeclinedPair)]
        return sorted(pairs, key=lambda pair: (pair.brand_a, pair.brand_b))

    def _entry(self, one: int, other: int) -> _Entry | None:
        if are_strangers(self._live[one], self._live[other]):
            return None
        verdict = self._judge(one, other)
        if not isinstance(verdict, Evidence):
            return None
        first, second = sorted((verdict.name_a, verdict.name_b))
        rule = int(verdict.relation.rule)
        return rule, -verdict.shared_barcodes, first, second, one, other, verdict

    def _merge(self, one: int, other: int, evidence: Evidence) -> int:
        number, self._next = self._next, self._next + 1
        cluster = self._live.pop(one).joined(self._live.pop(other), evidence)
        self._live[number] = cluster
        for barcode in cluster.barcodes:
            self._owners[barcode] -= {one, other}
            self._owners[barcode].add(number)
        neighbours = (self._neighbours.pop(one) | self._neighbours.pop(other)) - {one, other}
        self._neighbours[number] = neighbours
        for neighbour in neighbours:
            self._neighbours[neighbour] -= {one, other}
            self._neighbours[neighbour].add(number)
        return number

    def _judge(self, one: int, other: int) -> Evidence | DeclinedPair | None:
        """Why two clusters are one brand, or why not although some of their names are related."""
        a, b = self._live[one], self._live[other]
        related, strangers = relations(a, b)
        if not related:
            return None
        shared = len(a.barcodes & b.barcodes)
        objections: list[str] = []
        if len(a.spellings) + len(b.spellings) > MOST_OF_A_BRAND:
            objections.append(f"a brand has at most {MOST_OF_A_BRAND} spellings")
            related = []
        if strangers:
            objections.append("{} and {} are not related".format(*min(strangers)))
            related = []
        for relation, name_a, name_b in related:
            agreement = self._agreement(one, other, relation, shared)
            objection = self._objection(a, b, relation, shared, agreement)
            if objection is None:
                return Evidence(name_a, name_b, relation, shared, agreement)
            objections.append(objection)
        first, second = sorted((a.canonical.name, b.canonical.name))
        return DeclinedPair(first, second, shared, objections[0])

    def _objection(
        self, a: Cluster, b: Cluster, relation: Relation, shared: int, agreement: float | None
    ) -> str | None:
        if shared < relation.needs:
            return f"needs {relation.needs} shared barcodes"
        if not shared and a.barcodes and b.barcodes and relation.is_loose:
            return "both have barcodes but share none"
        if agreement is not None and agreement < self._thresholds.min_agreement:
            return f"only {agreement:.0%} of the barcodes it shares are shared with this brand"
        return None

    def _agreement(self, one: int, other: int, relation: Relation, shared: int) -> float | None:
        sides = ((one, relation.is_loose_a), (other, relation.is_loose_b))
        totals = [self._shared_with_anyone(number) for number, is_loose in sides if is_loose]
        parts = [shared / total for total in totals if total]
        return min(parts, default=1.0) if totals else None

    def _shared_with_anyone(self, number: int) -> int:
        # Does not change while the cluster lives: others that have a barcode only become one.
        if number not in self._shared:
            barcodes = self._live[number].barcodes
            self._shared[number] = sum(len(self._owners[barcode]) > 1 for barcode in barcodes)
        return self._shared[number]


def _telling(brands: Iterable[BrandFacts]) -> list[BrandFacts]:
    """The brands without the barcodes that too many names have."""
    given = list(brands)
    names = Counter(barcode for brand in given for barcode in brand.barcodes)
    crowded = {barcode for barcode, count in names.items() if count > MOST_OF_A_BARCODE}
    if not crowded:
        return given
    return [replace(brand, barcodes=brand.barcodes - crowded) for brand in given]

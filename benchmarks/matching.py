"""CPU time and memory for matching two companies of 20,000 SKUs each, and after 200 have changed.

    python -m benchmarks.matching [--rounds N] [SKUs ...]

The SKUs are drawn: 400 brands, sizes and names of two to seven words, some of them frequent and
most rare, as in shops. A tenth of the second company's SKUs are SKUs of the first, with words left
out, turned round or added; a further tenth are the same under another brand. Each run is measured
in a process of its own, to get its own memory peak; imports are not counted. What is measured is
all that the step `suggested_matches` does besides SQL: fingerprints, what is kept as bytes, the
scoring of all pairs, suggestions and comparable goods.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.children import ROOT
from benchmarks.figures import Figure, show
from pipeline_assets.domain.matching.comparable import comparable_among
from pipeline_assets.domain.matching.goods import MatchableSku
from pipeline_assets.domain.matching.model import shipped_model
from pipeline_assets.domain.matching.suggestions import suggest
from pipeline_assets.domain.suggestions.renewal import renewed_companies

SEED = 20250924
CHANGED = 200
_SIZES = ("100g", "125g", "200g", "250g", "375g", "500g", "750mL", "1L", "1kg", "2L", "6 pack")


def draw(count: int, rng: random.Random) -> tuple[list[MatchableSku], list[MatchableSku]]:
    """The SKUs of two companies."""
    words = sorted(shipped_model().weights)
    rng.shuffle(words)
    rare = [f"{one}{other}" for one, other in zip(words, reversed(words), strict=True)][:2_000]
    brands = [f"{word}{number}" for number, word in enumerate(rng.choices(words, k=400))]
    first = [_drawn(number, "first", brands, words, rare, rng) for number in range(count)]
    second = [
        _varied(sku, count + number, words, rng)
        if number % 10 == 0
        else _rebranded(sku, count + number, brands, rng)
        if number % 10 == 5
        else _drawn(count + number, "second", brands, words, rare, rng)
        for number, sku in enumerate(rng.sample(first, count))
    ]
    return first, second


def _drawn(
    number: int,
    company: str,
    brands: Sequence[str],
    words: Sequence[str],
    rare: Sequence[str],
    rng: random.Random,
) -> MatchableSku:
    # Frequent words come first in `words`: the square of a fraction prefers them.
    name = [words[int(rng.random() ** 2 * len(words))] for _ in range(rng.randint(2, 6))]
    if rng.random() < 0.3:
        name.append(rng.choice(rare))
    brand = rng.choice(brands)
    shelf = company == "first"
    return MatchableSku(
        sku_id=number,
        company=company,
        sku=f"{number:06}",
        name=" ".join(name if shelf else [brand, *name]),
        brand=brand,
        size=rng.choice(_SIZES),
        category_path=f"Pantry › {name[0]}",
        description=" ".join([brand, *name]).upper() if shelf else None,
        price_cents=rng.randint(100, 3_000),
    )


def _varied(
    sku: MatchableSku, number: int, words: Sequence[str], rng: random.Random
) -> MatchableSku:
    name = sku.name.split()
    rng.shuffle(name)
    if rng.random() < 0.3:
        name = name[1:] if rng.random() < 0.5 else [*name, rng.choice(words)]
    return msgspec.structs.replace(
        sku,
        sku_id=number,
        company="second",
        sku=f"{number:06}",
        name=f"{sku.brand} {' '.join(name)}",
        description=None,
        price_cents=round((sku.price_cents or 100) * rng.uniform(0.8, 1.3)),
    )


def _rebranded(
    sku: MatchableSku, number: int, brands: Sequence[str], rng: random.Random
) -> MatchableSku:
    """The same, sold under another brand."""
    brand = rng.choice(brands)
    return msgspec.structs.replace(
        sku,
        sku_id=number,
        company="second",
        sku=f"{number:06}",
        name=f"{brand} {sku.name}",
        brand=brand,
        description=None,
        price_cents=round((sku.price_cents or 100) * rng.uniform(0.8, 1.3)),
    )


Kept = dict[tuple[str, str], bytes]
"""What is kept of each two companies, and of each one under its name twice."""


class Run(NamedTuple):
    """What one run takes and makes: CPU seconds, what is kept, and numbers of pairs."""

    cpu_s: float
    kept: Kept
    looked_at: int
    pairs: int
    suggested: int
    comparable: int


def run(companies: Mapping[str, Sequence[MatchableSku]], kept: Kept) -> Run:
    """What the step does for some companies; `kept`: by the run before."""
    model, kept = shipped_model(), dict(kept)
    begun = time.process_time()
    contents = {company: kept.get((company, company), b"") for company in companies}
    known = renewed_companies(companies, contents, model)
    kept |= {
        (company, company): content
        for company in companies
        if (content := known.company_content(company)) is not None
    }
    looked_at, pairs, suggested, comparables = 0, 0, 0, 0
    for two in combinations(companies, 2):
        renewed = known.pair(two, kept.get(two, b""))
        a, b = (known.companies[company].skus for company in two)
        if renewed.content is not None:
            kept[two] = renewed.content
            comparables += len(comparable_among(a, b, renewed.memory.kinds))
        suggested += len(suggest(a, b, renewed.memory.pairs, (), model))
        looked_at += renewed.pairs_scored
        pairs += len(renewed.memory.pairs.a)
    cpu_s = time.process_time() - begun
    return Run(cpu_s, kept, looked_at, pairs, suggested, comparables)


def measure(count: int) -> dict[str, float]:
    """Match everything, then again after some have changed, then once more without any change."""
    rng = random.Random(SEED)
    first, second = draw(count, rng)
    every = run({"first": first, "second": second}, {})
    for number in rng.sample(range(count), CHANGED):
        first[number] = msgspec.structs.replace(first[number], name=f"{first[number].name} new")
    changed = run({"first": first, "second": second}, every.kept)
    unchanged = run({"first": first, "second": second}, changed.kept)
    return {
        "all": every.cpu_s,
        "changed": changed.cpu_s,
        "unchanged": unchanged.cpu_s,
        "kept": sum(map(len, every.kept.values())) / 2**20,
        "pairs": every.pairs,
        "suggested": every.suggested,
        "comparable": every.comparable,
        "looked_at": every.looked_at,
        "looked_at_again": changed.looked_at,
        "peak": _peak_mb(),
    }


def _peak_mb() -> float:
    """The most memory that this process has had; `getrusage` counts its parent's in, too."""
    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def figures(sizes: Sequence[int] = (20_000,), rounds: int = 3) -> list[Figure]:
    """CPU seconds and peak memory, for each number of SKUs."""
    found: list[Figure] = []
    for size in sizes:
        readings = [_in_a_process(size) for _ in range(rounds)]
        title = f"matching of {size:,} × {size:,} SKUs"
        found += [
            Figure(measure=measure, unit=unit, readings=tuple(one[key] for one in readings))
            for measure, unit, key in (
                (title, "s CPU", "all"),
                (f"{title}, {CHANGED} of them changed", "s CPU", "changed"),
                (f"{title}, nothing changed", "s CPU", "unchanged"),
                (f"{title}, memory", "MB", "peak"),
                (f"{title}, kept", "MB", "kept"),
                (f"{title}, pairs looked at", "pairs", "looked_at"),
                (f"{title}, {CHANGED} changed, pairs looked at", "pairs", "looked_at_again"),
                (f"{title}, comparable", "pairs", "comparable"),
            )
        ]
    return found


def _in_a_process(size: int) -> dict[str, float]:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.matching", str(size), "--part"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    return dict(json.loads(ended.stdout))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sizes", type=int, nargs="*", default=[20_000], help="SKUs of each company")
    parser.add_argument("--rounds", type=int, default=3, help="readings of each (3)")
    parser.add_argument("--part", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.part:
        print(json.dumps(measure(asked.sizes[0])))
        return
    show(figures(asked.sizes, asked.rounds))


if __name__ == "__main__":
    main()

"""Makes the model again from barcodes that companies share, and reports how good it is.

    python -m training FOLDER | --catalogue URL [--splits 20] [--seed 100] [--write]

FOLDER has scrape files. `--write` replaces `pipeline_assets/domain/matching/model.json`. The same
input makes the same model, byte by byte. `--splits` halves are held back, first of the barcodes,
then of the brands, each drawn by its own seed, from `--seed` on; note in `docs/matching.md` that
you looked.
"""

import argparse
import hashlib
from itertools import combinations, pairwise
from pathlib import Path

import msgspec
import numpy as np
from rich.console import Console
from rich.table import Table

from pipeline_assets.domain.matching.company_skus import CompanySkus
from pipeline_assets.domain.matching.features import FEATURES
from pipeline_assets.domain.matching.model import MatchingModel
from training.evaluate import (
    HeldHalf,
    fold_scores,
    held_half,
    judge,
    learn,
    parts_by_barcode,
    parts_by_brand,
)
from training.truth import LabelledPairs, label, skus_in_catalogue, skus_in_files, with_weights

MODEL = Path(__file__).resolve().parents[1] / "pipeline_assets/domain/matching/model.json"
_LEAST_TRUE = 50  # pairs; fewer teach nothing


def sides_of(folder: Path | None, catalogue: str | None) -> dict[str, CompanySkus]:
    """The SKUs of each company."""
    skus = skus_in_catalogue(catalogue) if catalogue else skus_in_files(folder or Path())
    companies = sorted({sku.company for sku in skus})
    return {one: CompanySkus.of([sku for sku in skus if sku.company == one]) for one in companies}


def best_labelled(sides: dict[str, CompanySkus], words: MatchingModel) -> LabelledPairs:
    """The pairs of the two companies that share the most barcodes; exits if these are too few."""

    def shared(pair: tuple[str, str]) -> int:
        one, other = ({sku.barcode for sku in sides[name].skus} - {None} for name in pair)
        return len(one & other)

    pairs = sorted(combinations(sides, 2), key=lambda pair: (-shared(pair), pair))
    if not pairs or shared(pairs[0]) < _LEAST_TRUE:
        raise SystemExit(f"No two companies share {_LEAST_TRUE} barcodes, too few to learn from.")
    return label(sides[pairs[0][0]], sides[pairs[0][1]], words)


def train(data: LabelledPairs, words: MatchingModel) -> MatchingModel:
    """The model of everything that is known, with a version that follows from its content."""
    everything = np.ones(len(data.labels), bool)
    model = learn(data, everything, parts_by_brand(data), words)
    digest = hashlib.sha256(msgspec.json.encode(model)).hexdigest()[:8]
    return msgspec.structs.replace(model, model_version=f"1-{digest}")


def report(
    data: LabelledPairs, words: MatchingModel, model: MatchingModel, options: argparse.Namespace
) -> None:
    """Print coefficients, held halves and calibration."""
    console = Console(width=110)
    console.print(
        f"{(data.labels == 1).sum()} pairs with one barcode, {(data.labels == 0).sum()} with two"
    )
    for name, value in zip(FEATURES, model.coefficients, strict=True):
        console.print(f"  {name:24}{value:8.3f}")
    console.print(f"thresholds: {model.thresholds}")
    for name, parts in (("barcodes", parts_by_barcode(data)), ("brands", parts_by_brand(data))):
        seeds = range(options.seed, options.seed + options.splits)
        found = [held_half(data, parts, seed, words) for seed in seeds]
        if found:
            _show_halves(console, name, found)
    _show_calibration(console, data, words)


def _show_halves(console: Console, name: str, found: list[HeldHalf]) -> None:
    table = Table("class", "suggested", "right", "true", "precision", "recall", box=None)
    table.title = f"{len(found)} halves of the {name} held back"
    for kind in ("same", "unconfirmed"):
        suggested, right, true = (
            sum(getattr(half, kind)[place] for half in found) for place in range(3)
        )
        table.add_row(
            kind,
            *map(str, (suggested, right, true)),
            f"{right / max(suggested, 1):.3f}",
            f"{right / max(true, 1):.3f}",
        )
    console.print(table)
    console.print("learnt thresholds:", sorted(half.thresholds.same for half in found))


def _show_calibration(console: Console, data: LabelledPairs, words: MatchingModel) -> None:
    """How often suggestions are right, by their confidence; each is of a brand not learnt from."""
    everything = np.ones(len(data.labels), bool)
    scores = fold_scores(data, everything, parts_by_brand(data))
    judged = judge(data, everything, scores, words)
    table = Table("confidence", "suggested", "mean confidence", "right", box=None)
    edges = (0.0, 0.3, 0.5, 0.7, 0.8, 0.88, 0.94, 1.01)
    for low, high in pairwise(edges):
        inside = [one for one in judged if low <= one.confidence < high]
        if inside:
            mean = sum(one.confidence for one in inside) / len(inside)
            right = sum(one.is_right for one in inside) / len(inside)
            table.add_row(
                f"{low:.2f}–{min(high, 1):.2f}", str(len(inside)), f"{mean:.2f}", f"{right:.2f}"
            )
    console.print(table)


def main() -> None:
    """Train, report, and write if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", help="a folder with scrape files")
    parser.add_argument("--catalogue", help="the URL of a catalogue, in place of the folder")
    parser.add_argument("--splits", type=int, default=20, help="halves that are held back (20)")
    parser.add_argument("--seed", type=int, default=100, help="the seed of the first half (100)")
    parser.add_argument("--write", action="store_true", help="replace the model that ships")
    options = parser.parse_args()
    if (options.folder is None) == (options.catalogue is None):
        parser.error("name a folder with scrape files, or a catalogue")
    sides = sides_of(options.folder, options.catalogue)
    words = with_weights(list(sides.values()))
    data = best_labelled(sides, words)
    model = train(data, words)
    report(data, words, model, options)
    if options.write:
        MODEL.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=0) + b"\n")
        print(f"wrote {MODEL.name}, version {model.model_version}")


if __name__ == "__main__":
    main()

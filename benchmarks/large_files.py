"""What one store's giant file costs, by what its rows have in common: CPU time and memory.

    python -m benchmarks.large_files [--rows 200000] [--rounds 1] [SHAPE ...]

Each shape is measured in a process of its own: two days of a store, then a second company's store
with the same rows, then post-processing. Nothing of Dagster is included. `distinct` is what the
others are compared with; the figures are medians over the rounds.
"""

import argparse
import itertools
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.children import ROOT
from pipeline_assets.services.ingestion.ingest_file import ingest_file
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.post_processing.steps import STEPS, run_step
from pipeline_assets.settings import Settings

Fields = dict[str, Any]
PARTS = ("first file", "second file", "second company", "post-processing")


def gtin(number: int) -> str:
    """A GTIN-13 with a correct check digit; a different one for each number below 10⁹."""
    digits = f"930{number:09}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def _spaced(number: int) -> str:
    """A brand of always the same letters, with spaces in different places."""
    letters = "acornbreadmilkyway"
    marks = f"{number:0{len(letters) - 1}b}"[::-1]
    return letters[0] + "".join(
        f" {letter}" if mark == "1" else letter
        for mark, letter in zip(marks, letters[1:], strict=False)
    )


def _similar(number: int) -> str:
    """A brand of twenty letters, the last four its own: many are like many others."""
    return "wonderfulbrandof" + "".join(chr(97 + number // 26**place % 26) for place in range(4))


def _alternating(number: int, _: int) -> Fields:
    return {"name": "Milk", "barcode": gtin(number) if number % 2 else None}


def _coming_apart(number: int, day: int) -> Fields:
    """All follow one barcode by their name; on the second day half of them have their own."""
    own = number == 0 or (day > 1 and number % 2)
    return {"name": "Milk", "barcode": gtin(number) if own else None}


def _coming_together(number: int, day: int) -> Fields:
    """Two barcodes keep all apart; on the second day one of them has another name."""
    name = "Tea" if number == 1 and day > 1 else "Milk"
    return {"name": name, "barcode": gtin(number) if number < 2 else None}


def _half(number: int, day: int) -> Fields:
    """A random half of the rows has no price on each day: many different pasts."""
    is_sold = random.Random(f"{number} {day}").random() < 0.5
    return {"name": "Milk", "price_current": 2 if is_sold else None}


def _hub(number: int, _: int) -> Fields:
    """Each other brand shares one barcode with the same brand; SKUs come in twos."""
    brand = f"Wonder Bread {number}" if number % 2 else "Wonder"
    return {"name": f"Milk {number}", "brand": brand, "barcode": gtin(number // 2)}


SHAPES: Mapping[str, Callable[[int, int], Fields]] = {
    "distinct": lambda number, _: {"name": f"Milk {number}"},
    "one name": lambda *_: {"name": "Milk"},
    "one name, half sold": _half,
    "one name, barcodes": _alternating,
    "coming apart": _coming_apart,
    "coming together": _coming_together,
    "one barcode": lambda number, _: {
        "name": f"Milk {number}",
        "brand": f"Brand {number}",
        "barcode": gtin(1),
    },
    "brands": lambda number, _: {"name": "Milk", "brand": f"Brand {number}"},
    "brands, same letters": lambda number, _: {
        "name": f"Milk {number}",
        "brand": _spaced(number),
    },
    "brands, one hub": _hub,
    "brands, similar": lambda number, _: {
        "name": f"Milk {number}",
        "brand": _similar(number),
        "barcode": gtin(number // 8),
    },
    "one brand, spellings": lambda number, _: {
        "name": f"Milk {number}",
        "brand": " ".join(
            word.upper() if number >> place & 1 else word
            for place, word in enumerate("abcdefghijklmnopqr")
        ),
        "barcode": gtin(number),
    },
    "categories": lambda number, _: {
        "name": f"Milk {number}",
        "category_path": [f"{number} {level}" for level in range(16)],
    },
    "no price": lambda number, _: {"name": f"Milk {number}", "price_current": "x" * 1_000},
}


def write_file(path: Path, company: str, day: int, rows: int, shape: str) -> None:
    """One snapshot; its last row is always an ordinary one."""
    metadata = {"company": company, "store_id": "1", "scraped_date": str(date(2025, 1, day))}
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            product = {"sku": f"{number:09}", "brand": "Farm", "price_current": 2}
            fields = SHAPES[shape](number, day) if number < rows - 1 else {"name": "Last"}
            file.write(json.dumps({"product": product | fields, "metadata": metadata}) + "\n")


def run_here(shape: str, rows: int) -> None:
    """Measure a shape in this process; prints seconds by part, and the peak in MB."""
    seconds: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), catalogue_url="")
        pipeline = Pipeline(settings).prepare()
        inbox = Path(pipeline.folders.product_inbox)
        for company, day in (("one", 1), ("one", 2), ("two", 3)):
            write_file(inbox / "a.jsonl", company, day, rows, shape)
            begun = time.process_time()
            outcome = ingest_file(pipeline, "a.jsonl")
            seconds.append(time.process_time() - begun)
            assert str(outcome.state) == "archived", outcome
        begun = time.process_time()
        for step in STEPS:
            run_step(pipeline, step, PostProcessingOptions())
        seconds.append(time.process_time() - begun)
        pipeline.engine.dispose()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([*seconds, peak_mb]))


def measure(shape: str, rows: int) -> list[float]:
    """The figures of `run_here`, from a process of its own."""
    command = [sys.executable, "-m", __spec__.name, "--here", "--rows", str(rows), shape]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    return [float(figure) for figure in json.loads(ended.stdout)]


def main() -> None:
    """Measure the shapes in turns, and print each as multiples of `distinct`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", default=list(SHAPES))
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        run_here(options.shapes[0], options.rows)
        return
    shapes = list(dict.fromkeys(["distinct", *options.shapes]))
    found: dict[str, list[list[float]]] = {shape: [] for shape in shapes}
    for _, shape in itertools.product(range(options.rounds), shapes):
        found[shape].append(measure(shape, options.rows))
        medians = [statistics.median(part) for part in zip(*found[shape], strict=True)]
        base = [statistics.median(part) for part in zip(*found["distinct"], strict=True)]
        shown = "  ".join(
            f"{part} {cost:6.1f} s ({cost / other:4.2f})"
            for part, cost, other in zip(PARTS, medians, base, strict=False)
        )
        print(f"{shape:22} {shown}  peak {medians[-1]:5.0f} MB", flush=True)


if __name__ == "__main__":
    main()

"""What matching keeps between runs of each company and of each pair of companies, as bytes.

It is only there to save time: where it is missing, of another model or cannot be read, everything
is looked at again, with the same outcome.
"""

import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from pipeline_assets.domain.matching.candidates import Indices
from pipeline_assets.domain.matching.company_skus import CompanyWords, no_words
from pipeline_assets.domain.matching.goods import MatchableSku
from pipeline_assets.domain.matching.pairs import ScoredPairs, no_pairs
from pipeline_assets.domain.matching.word_lists import WordLists

RULES_VERSION = "2"
"""Part of what makes memory outdated. Raise it when rules of matching change and no model does.

`test_rules_version` fails if it was forgotten.
"""

# A damaged archive may look encrypted, or packed in a way that is not known: `RuntimeError`.
_DAMAGED = (
    ValueError,
    KeyError,
    EOFError,
    OSError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)

_NUMBERS = ("a", "b", "cosines_e6", "scores_e6")
"""The arrays of scored pairs that are numbers, in the order of its fields."""
_WIDE = 8
"""Bytes of a number that does not fit in four."""

Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class CompanyMemory:
    """A company's SKUs as they were: parallel rows, in the order of their SKUs.

    `fingerprints`: see `fingerprints`. `words`: those of each SKU.
    """

    sku_ids: Indices
    fingerprints: Indices
    words: CompanyWords

    @property
    def state(self) -> str:
        """A digest that differs when any SKU, or any fact by which it is matched, does."""
        digest = blake2b(self.sku_ids.astype("<i8").tobytes(), digest_size=16)
        digest.update(self.fingerprints.astype("<i8").tobytes())
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class PairMemory:
    """The pairs of two companies.

    `pairs`: as candidates for one product. `kinds`: as comparable goods.
    """

    pairs: ScoredPairs
    kinds: ScoredPairs


def no_company_memory() -> CompanyMemory:
    """What is known before the first run."""
    none = np.empty(0, np.int64)
    return CompanyMemory(none, none, no_words())


def no_pair_memory() -> PairMemory:
    """What is known before the first run."""
    return PairMemory(no_pairs(), no_pairs())


def fingerprints(skus: Iterable[MatchableSku]) -> Indices:
    """A number for each SKU that differs when a fact differs by which it is matched.

    Barcodes and products are not among these: they decide what is suggested, and no score.
    """
    encode = msgspec.msgpack.Encoder().encode
    digests = [
        blake2b(
            encode(
                (sku.name, sku.brand, sku.size, sku.category_path, sku.description, sku.price_cents)
            ),
            digest_size=8,
        ).digest()
        for sku in skus
    ]
    return np.frombuffer(b"".join(digests), "<i8").astype(np.int64)


def encode_company(memory: CompanyMemory, model_version: str) -> bytes:
    """The memory as bytes, which `decode_company` reads."""
    return _packed(
        {
            "version": np.array(_version(model_version)),
            "sku_ids": _planes(memory.sku_ids),
            "fingerprints": memory.fingerprints,
            **_word_arrays("said", memory.words.said),
            **_word_arrays("kinds", memory.words.kinds),
        }
    )


def decode_company(content: bytes, model_version: str) -> CompanyMemory:
    """The memory in these bytes; an empty one if they are damaged or of another model or format."""
    try:
        arrays = _unpacked(content)
        if str(arrays["version"]) != _version(model_version):
            return no_company_memory()
        words = CompanyWords(_word_lists("said", arrays), _word_lists("kinds", arrays))
        return CompanyMemory(_joined(arrays["sku_ids"]), arrays["fingerprints"], words)
    except _DAMAGED:
        return no_company_memory()


def encode_pair(memory: PairMemory, states: tuple[str, str], model_version: str) -> bytes:
    """The memory as bytes, which `decode_pair` reads. `states`: of the companies it was made of."""
    return _packed(
        {
            "version": np.array([_version(model_version), *states]),
            **_pair_arrays("pairs", memory.pairs),
            **_pair_arrays("kinds", memory.kinds),
        }
    )


def decode_pair(content: bytes, states: tuple[str, str], model_version: str) -> PairMemory | None:
    """The memory in these bytes; None if it is of other states, too, or not to be read."""
    try:
        arrays = _unpacked(content)
        if arrays["version"].tolist() != [_version(model_version), *states]:
            return None
        return PairMemory(_scored_pairs("pairs", arrays), _scored_pairs("kinds", arrays))
    except _DAMAGED:
        return None


def _word_arrays(prefix: str, lists: WordLists) -> Arrays:
    text = " ".join(lists.vocabulary).encode("ascii")
    return {
        f"{prefix}_vocabulary": np.frombuffer(text, np.uint8),
        f"{prefix}_numbers": _planes(lists.numbers),
        f"{prefix}_counts": _planes(lists.counts),
    }


def _word_lists(prefix: str, arrays: Arrays) -> WordLists:
    vocabulary = arrays[f"{prefix}_vocabulary"].tobytes().decode("ascii").split()
    numbers, counts = (_joined(arrays[f"{prefix}_{name}"]) for name in ("numbers", "counts"))
    return WordLists(tuple(vocabulary), numbers.astype(np.int32), counts.astype(np.int32))


def _pair_arrays(prefix: str, pairs: ScoredPairs) -> Arrays:
    flags = pairs.of_a.astype(np.uint8) + 2 * pairs.of_b.astype(np.uint8)
    numbers = {f"{prefix}_{name}": _planes(getattr(pairs, name)) for name in _NUMBERS}
    return {**numbers, f"{prefix}_flags": flags}


def _scored_pairs(prefix: str, arrays: Arrays) -> ScoredPairs:
    flags = arrays[f"{prefix}_flags"]
    a, b, cosines_e6, scores_e6 = (_joined(arrays[f"{prefix}_{name}"]) for name in _NUMBERS)
    return ScoredPairs(a, b, cosines_e6, scores_e6, (flags & 1).astype(bool), flags > 1)


def _planes(numbers: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """A row with the first byte of each number, one with the second, and so on.

    Most numbers are small, so the last bytes are alike: this halves what packing them takes. Four
    bytes are used for each, if that is enough.
    """
    is_wide = len(numbers) and int(numbers.max()) > np.iinfo(np.int32).max
    kept = numbers.astype("<i8" if is_wide else "<i4")
    return np.ascontiguousarray(kept.view(np.uint8).reshape(len(kept), kept.itemsize).T)


def _joined(planes: npt.NDArray[np.uint8]) -> Indices:
    kind = "<i8" if len(planes) == _WIDE else "<i4"
    return np.ascontiguousarray(planes.T).view(kind).reshape(-1).astype(np.int64)


def _packed(arrays: Arrays) -> bytes:
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, **arrays)
    # Runs are all that there is to be found in planes; longer searches cost time and save nothing.
    packing = zlib.compressobj(level=1, strategy=zlib.Z_RLE)
    return packing.compress(content.getbuffer()) + packing.flush()


def _unpacked(content: bytes) -> Arrays:
    with np.load(io.BytesIO(zlib.decompress(content)), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def _version(model_version: str) -> str:
    return f"{RULES_VERSION} {model_version}"

"""The price lists of one company's stores, read when they are first needed.

Belongs here: what a list is, which stores have been read, which of their lists are equal. Does not
belong here: how lists are compared (`agreement`, `counts`), where they are read (catalogue).
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from pipeline_assets.domain.groups.arrays import Int32s, Ints

# SKUs and prices are int32; a code made of both fits an int64.
LIMIT = 2**31


@dataclass(frozen=True, slots=True, eq=False)
class PriceList:
    """What one store sells: its SKUs, ascending, and their prices in cents."""

    skus: Int32s
    price_cents: Int32s

    @classmethod
    def of(cls, skus: Ints, price_cents: Ints) -> Self:
        """The list with these SKUs and prices, in any order.

        Raises ValueError for a SKU that appears twice, and for numbers out of range.
        """
        for what, values in (("SKU", skus), ("price", price_cents)):
            _require(values.min(initial=0) >= 0, f"a {what} is negative")
            _require(values.max(initial=0) < LIMIT, f"a {what} is too high")
        if (np.diff(skus) <= 0).any():
            order = np.argsort(skus)
            skus, price_cents = skus[order], price_cents[order]
            _require((np.diff(skus) > 0).all(), "a (store, SKU) appears twice")
        return cls(skus.astype(np.int32, copy=False), price_cents.astype(np.int32, copy=False))

    @property
    def size(self) -> int:
        """How many SKUs the store sells."""
        return self.skus.size

    def fingerprint(self) -> bytes:
        """The same for equal lists, and for no others."""
        digest = hashlib.blake2b(self.skus.tobytes(), digest_size=32)
        digest.update(self.price_cents.tobytes())
        return digest.digest()


Read = Callable[[Sequence[str]], Iterable[PriceList]]
"""Gives the lists of these stores, in their order."""


class PriceLists:
    """The lists of a company's stores; a store is read once, and equal lists are kept once.

    Store `i` is `store_ids[i]`. Raises ValueError when a store id appears twice.
    """

    def __init__(self, store_ids: Iterable[str], read: Read) -> None:
        self.store_ids = tuple(sorted(store_ids))
        """In ascending order as text: a lower index is a lower id."""
        _require(len(set(self.store_ids)) == len(self.store_ids), "a store id appears twice")
        self._read = read
        self._number = np.full(len(self.store_ids), -1, dtype=np.int64)
        self._number_of_print: dict[bytes, int] = {}
        self._distinct: list[PriceList] = []

    def load(self, stores: Ints) -> None:
        """Read those of these stores that have not been read, all at once."""
        unread = np.unique(stores[self._number[stores] < 0])
        if not unread.size:
            return
        found = self._read([self.store_ids[store] for store in unread])
        for store, its in zip(unread, found, strict=True):
            number = self._number_of_print.setdefault(its.fingerprint(), len(self._distinct))
            if number == len(self._distinct):
                self._distinct.append(its)
            self._number[store] = number

    def one(self, store: int) -> PriceList:
        """The list of one store."""
        return self.distinct(self.numbers(np.array([store]))[0])

    def numbers(self, stores: Ints) -> Ints:
        """The number of each store's list: two stores with equal lists have the same one."""
        self.load(stores)
        return self._number[stores]

    def distinct(self, number: int) -> PriceList:
        """The list with this number."""
        return self._distinct[number]


def _require(condition: object, complaint: str) -> None:
    if not condition:
        message = f"price lists: {complaint}; give one row per store and SKU, prices in cents"
        raise ValueError(message)

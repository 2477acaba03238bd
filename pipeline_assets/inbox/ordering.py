"""Which of the waiting files are next: a pure function of what a look into the inbox found.

The files of one store are taken by (date and time, then digest), one at a time; files of different
stores have no order. A file that has not settled holds back the later ones of its store, because
they would make it stale if they came first. A file that has not been looked into yet may be from
any store, so it holds back all files whose store is known.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from pipeline_assets.inbox.peeking import Peeked

_FIRST = datetime.min  # what cannot be peeked into is refused or read quickly, so it goes first


def takeable(
    settled: Sequence[Peeked],
    unsettled: Sequence[Peeked],
    in_flight: Sequence[Peeked],
    digest_of: Callable[[Peeked], str],
) -> list[Peeked]:
    """The files that can be taken now, in the order of their times; at most one per store.

    `settled` holds neither halted files nor those in flight. `digest_of` is called only if two
    files of one store have the same time.
    """
    if any(peeked.is_unread for peeked in (*settled, *unsettled, *in_flight)):
        settled = [one for one in settled if one.store is None and not one.is_unread]
    busy = {peeked.store for peeked in in_flight if peeked.store is not None}
    growing = _earliest_by_store(unsettled)
    by_store: dict[tuple[str, str], list[Peeked]] = defaultdict(list)
    chosen: list[Peeked] = []
    for peeked in settled:
        if peeked.store is None:
            chosen.append(peeked)
        elif peeked.store not in busy:
            by_store[peeked.store].append(peeked)
    for store, waiting in by_store.items():
        first = _first(waiting, digest_of)
        if store not in growing or _time(first) < growing[store]:
            chosen.append(first)
    return sorted(chosen, key=lambda peeked: (_time(peeked), peeked.store or (), peeked.file.name))


def _earliest_by_store(files: Iterable[Peeked]) -> dict[tuple[str, str], datetime]:
    earliest: dict[tuple[str, str], datetime] = {}
    for peeked in files:
        if peeked.store is not None:
            earliest[peeked.store] = min(_time(peeked), earliest.get(peeked.store, datetime.max))
    return earliest


def _first(waiting: Sequence[Peeked], digest_of: Callable[[Peeked], str]) -> Peeked:
    time = min(map(_time, waiting))
    tied = [peeked for peeked in waiting if _time(peeked) == time]
    return tied[0] if len(tied) == 1 else min(tied, key=digest_of)


def _time(peeked: Peeked) -> datetime:
    return peeked.scraped_at or _FIRST

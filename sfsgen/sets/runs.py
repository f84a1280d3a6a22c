"""Ordinals as they are told: one by one, or together where many follow one another."""

from collections.abc import Collection, Iterable, Iterator

_TOLD_ONE_BY_ONE = 10


def runs(ordinals: Iterable[int]) -> Iterator[range]:
    """Yield ordinals one by one, or, where more than ten follow one another, together."""
    run = range(0)
    for ordinal in ordinals:
        if ordinal == run.stop and run:
            run = range(run.start, ordinal + 1)
        else:
            yield from _split(run)
            run = range(ordinal, ordinal + 1)
    yield from _split(run)


def gaps(wanted: range, there: Collection[int]) -> Iterator[range]:
    """Yield the ordinals of a range that are not there, as `runs` does: there may be billions."""
    if all(map(there.__contains__, wanted)):
        return
    start = wanted.start
    for ordinal in sorted(each for each in there if each in wanted):
        if ordinal > start:
            yield from _split(range(start, ordinal))
        start = ordinal + 1
    if start < wanted.stop:
        yield from _split(range(start, wanted.stop))


def _split(run: range) -> Iterator[range]:
    if len(run) > _TOLD_ONE_BY_ONE:
        yield run
    else:
        yield from (range(each, each + 1) for each in run)

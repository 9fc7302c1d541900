"""Word 5-shingles of a text as 64-bit hashes, and the small sample of them that finds candidates.

The sample is FracMinHash (Irber et al. 2022, doi:10.1101/2022.01.11.475838): every shingle whose hash lies
below a fixed share of the hash space, so two texts sample the same of what they share and containment can be
told whatever their lengths. A short text keeps its smallest hashes up to a fixed number besides, or too
little of it would be left to find it by.
"""

from typing import TypeVar

import numpy as np
import numpy.typing as npt
import xxhash

WIDTH = 5
"""Words to a shingle."""
SCALE = 8
"""One shingle in so many is sampled."""
LEAST = 48
"""A sample has at least so many keys, where the text has as many shingles."""

Hashes = npt.NDArray[np.uint64]
Keys = npt.NDArray[np.int64]
_Number = TypeVar("_Number", np.uint64, np.int64)

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_LIMIT = np.uint64(2**64 // SCALE)


class Shingles:
    """The shingles of a text."""

    __slots__ = ("_unique", "ordered")

    def __init__(self, ordered: Hashes) -> None:
        self.ordered = ordered
        """In the order of the text, repetitions included."""
        self._unique: Hashes | None = None

    @property
    def unique(self) -> Hashes:
        """Sorted, without repetitions; kept once it was asked for, as few texts of many are compared."""
        if self._unique is None:
            self._unique = _unique(self.ordered)
        return self._unique


def shingles(found: list[str]) -> Shingles:
    """The shingles of a text given as its words; a text shorter than a shingle is one."""
    try:
        hashes = np.fromiter(map(xxhash.xxh3_64_intdigest, map(str.encode, found)), np.uint64, len(found))
    except UnicodeEncodeError:  # lone surrogates
        hashes = np.fromiter(map(xxhash.xxh3_64_intdigest, map(_utf8, found)), np.uint64, len(found))
    if not len(hashes):
        return Shingles(hashes)
    width = min(WIDTH, len(hashes))
    count = len(hashes) - width + 1
    rolled = hashes[:count].copy()
    for offset in range(1, width):
        rolled *= _FACTOR
        rolled += hashes[offset : offset + count]
    return Shingles(_mixed(rolled))


def sketch(ordered: Hashes) -> tuple[Keys, int]:
    """The sampled keys of a text's shingles, ascending, and up to which key the sample is complete.

    Keys are without the hash's lowest bit, so that they fit a signed integer. Where all shingles were kept, the
    sample is complete to the end of the space.
    """
    unique = _unique(ordered)
    size = max(int(np.searchsorted(unique, _LIMIT)), min(LEAST, len(unique)))
    keys = _unique((unique[:size] >> np.uint64(1)).astype(np.int64))
    if size == len(unique):
        return keys, 2**63 - 1
    return keys, max(int(_LIMIT) >> 1, int(keys[-1]))


def _unique(values: npt.NDArray[_Number]) -> npt.NDArray[_Number]:
    """Sorted, without repetitions: by sorting, which is faster here than numpy's own way by hashing."""
    ordered = np.sort(values)
    first = np.empty(len(ordered), dtype=bool)
    first[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return ordered[first]


def _utf8(word: str) -> bytes:
    return word.encode("utf-8", "surrogatepass")


def _mixed(hashes: Hashes) -> Hashes:
    """Spread the hashes evenly over 64 bits (the finaliser of SplitMix64, Steele et al. 2014)."""
    hashes ^= hashes >> np.uint64(30)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(27)
    hashes *= np.uint64(0x94D049BB133111EB)
    hashes ^= hashes >> np.uint64(31)
    return hashes

"""Word 5-shingles of a text as 64-bit hashes, and the small sample of them that finds candidates.

The sample is FracMinHash (Irber et al. 2022, doi:10.1101/2022.01.11.475838): every shingle whose hash lies
below a fixed share of the hash space, so two texts sample the same of what they share and containment can be
told whatever their lengths. A short text keeps its smallest hashes up to a fixed number besides, or too
little of it would be left to find it by.
"""

from dataclasses import dataclass

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

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_LIMIT = np.uint64(2**64 // SCALE)


@dataclass(frozen=True, slots=True)
class Shingles:
    """The shingles of a text."""

    ordered: Hashes
    """In the order of the text, repetitions included."""
    unique: Hashes
    """Sorted, without repetitions."""


def shingles(found: list[str]) -> Shingles:
    """The shingles of a text given as its words; a text shorter than a shingle is one."""
    hashes = np.fromiter(map(xxhash.xxh3_64_intdigest, map(_utf8, found)), np.uint64, len(found))
    if not len(hashes):
        return Shingles(hashes, hashes)
    width = min(WIDTH, len(hashes))
    count = len(hashes) - width + 1
    rolled = hashes[:count].copy()
    for offset in range(1, width):
        rolled *= _FACTOR
        rolled += hashes[offset : offset + count]
    ordered = _mixed(rolled)
    return Shingles(ordered, np.unique(ordered))


def sketch(unique: Hashes) -> Keys:
    """The sampled keys of a text's shingles, ascending; without the lowest bit, so that they fit a signed integer."""
    size = max(int(np.searchsorted(unique, _LIMIT)), min(LEAST, len(unique)))
    return np.unique((unique[:size] >> np.uint64(1)).astype(np.int64))


def ceiling(unique: Hashes) -> int:
    """Up to which key a text's sample is complete (a key as in `sketch`): the end of the space where all were kept."""
    size = max(int(np.searchsorted(unique, _LIMIT)), min(LEAST, len(unique)))
    if size == len(unique):
        return 2**63 - 1
    return max(int(_LIMIT) >> 1, int(unique[size - 1] >> np.uint64(1)))


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

"""The lines of a block that line breaks cut."""

from itertools import pairwise

Part = tuple[str, int, int]
"""A piece of text, and how many links and emphases it stands in."""

BREAK = "\x1e"
"""Stands for a line break while a block is put together."""

WRAPPED = 50
TYPEWRITTEN = 2
"""Characters of a line, at least, that was broken because it was full; and such lines in a block, at least."""


def split_at_breaks(parts: list[Part]) -> list[list[Part]]:
    """The lines of a block; where it is broken at each line's end, as on a typewriter, lines are joined again."""
    lines: list[list[Part]] = [[]]
    for part in parts:
        if part[0] is BREAK:
            lines.append([])
        else:
            lines[-1].append(part)
    texts = ["".join(part[0] for part in line).strip() for line in lines]
    wrapped = [_goes_on(above, line) for above, line in pairwise(texts)]
    if sum(wrapped) < TYPEWRITTEN:
        return lines
    groups = [lines[0]]
    for line, joined in zip(lines[1:], wrapped, strict=True):
        if joined:
            groups[-1] += [(" ", 0, 0), *line]
        else:
            groups.append(line)
    return groups


def _goes_on(above: str, line: str) -> bool:
    """Whether a line that was full goes on within its sentence below. Lines of verse and of addresses are shorter."""
    full = len(above) >= WRAPPED and (above[-1].islower() or above[-1] == ",") and " " in above
    return full and line[:1].islower() and not line.startswith("http")

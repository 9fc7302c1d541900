"""What an operator reads of an error."""

from flows.errors import LakeError

DRAWN = "Generic S3 error\n \x1b[31m↳\x1b[0m Error performing PUT\n  \x1b[31m↳\x1b[0m operation timed out\n"
"""How deltalake tells a cause of a cause."""


def test_causes_drawn_as_a_tree_become_part_of_the_sentence() -> None:
    told = str(LakeError(f"table runs could not be written: {DRAWN}. Run again."))
    cause = "Generic S3 error: Error performing PUT: operation timed out"
    assert told == f"table runs could not be written: {cause}. Run again."

"""Bounds of values that those who read pages keep to as well: they need no pyarrow for them."""

FURTHEST_OFFSET = 15 * 60
"""Greatest `published_offset` and `modified_offset`, in minutes, either way; no zone is further from UTC than 14 h."""

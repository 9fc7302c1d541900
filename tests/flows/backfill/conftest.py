"""Backfills of these tests extract in one set of processes."""

import pytest


@pytest.fixture(autouse=True)
def one_set_of_workers(shared_workers: None) -> None:
    """Each pipeline would start its own, a second each."""

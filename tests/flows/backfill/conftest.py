"""One set of extraction processes for all tests of this folder: each takes a second to start."""

import contextlib
from collections.abc import Iterator

import pytest

from crawlers.extract import Pool


@pytest.fixture(scope="session")
def one_pool() -> Iterator[Pool]:
    with Pool(1, 10.0) as pool:
        yield pool


@pytest.fixture(autouse=True)
def shared_workers(one_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pipelines of this process extract there, and leave it running."""
    monkeypatch.setattr("flows.pipeline.Pool", lambda processes, page_timeout: contextlib.nullcontext(one_pool))

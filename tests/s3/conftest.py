"""The same lakes as elsewhere, on a real S3 server (Ceph's radosgw) instead of moto's."""

from collections.abc import Iterator
from uuid import uuid4

import boto3
import pytest

from flows.lake import Lake, open_lake
from infra.radosgw import RadosGateway, UnavailableError


@pytest.fixture(scope="session")
def radosgw() -> Iterator[RadosGateway]:
    """One server for all these tests; they skip, with the reason, where it can't be had."""
    try:
        gateway = RadosGateway().__enter__()
    except UnavailableError as problem:
        pytest.skip(str(problem))
    yield gateway
    gateway.__exit__(None, None, None)


@pytest.fixture
def s3_server(radosgw: RadosGateway) -> str:
    """Its address."""
    return radosgw.address


@pytest.fixture
def s3_lake(radosgw: RadosGateway, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """An empty lake in a bucket of its own."""
    for name, value in radosgw.environment.items():
        monkeypatch.setenv(name, value)
    bucket = f"lake-{uuid4().hex[:12]}"
    boto3.client("s3").create_bucket(Bucket=bucket)
    return open_lake(f"s3://{bucket}/news")


@pytest.fixture
def lake(s3_lake: Lake) -> Lake:
    """Tests that run on any lake run on this one."""
    return s3_lake


@pytest.fixture
def one_lake(s3_lake: Lake) -> Lake:
    """And those that elsewhere run on disk alone."""
    return s3_lake

"""A lake on S3 behind a network that drops, delays, fails, cuts and loses answers: nothing lost, nothing doubled.

`STRESS_OPERATIONS=1000` makes that many requests (some two hundred are one batch of all tables).
"""

import os
import random
from collections import Counter

import duckdb
import pytest
from deltalake.exceptions import DeltaError

from flows.errors import LakeError, PresslakeError
from flows.lake import Lake, open_lake
from flows.lake.batches import Batch, complete, publish
from flows.lake.query import rows
from flows.lake.tables import open_table
from schemas import RUNS
from tests.flows.lake.faults import KINDS, Faults, proxy
from tests.flows.lake.rows import batch_rows
from tests.flows.lake.test_batches import ids

OPERATIONS = int(os.environ.get("STRESS_OPERATIONS", "150"))
FAULTY = 0.06


@pytest.mark.timeout(1800)
def test_faults_between_us_and_the_store_lose_and_double_nothing(
    s3_lake: Lake, s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)

    def choose(method: str, path: str) -> str | None:
        return chance.choice(KINDS) if chance.random() < FAULTY else None

    faults, published, failed = Faults(choose), 0, Counter[str]()
    with proxy(s3_server, faults) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        while sum(faults.done.values()) < OPERATIONS or published < 3:
            published += 1
            while True:  # an operator, or the next run, tries again
                try:
                    _publish_once(open_lake(s3_lake.root), published)
                    break
                except (PresslakeError, DeltaError, duckdb.Error, OSError) as error:
                    failed[type(error).__name__] += 1
            if sum(failed.values()) > 50 + OPERATIONS:
                pytest.fail(f"nothing gets through: {failed}")
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    assert set(faults.done) > {"none"}, "there were faults"
    assert complete(s3_lake) == published
    for name in ("articles", "revisions"):
        assert ids(s3_lake, name) == [f"{number:032x}" for number in range(1, published + 1)]
    found = rows(s3_lake, "SELECT run_id, count(*) AS n FROM runs GROUP BY run_id ORDER BY run_id")
    assert found == sorted(
        ({"run_id": f"r{number}", "n": 1} for number in range(1, published + 1)), key=lambda row: row["run_id"]
    )
    print(
        f"\n{sum(faults.done.values())} requests, {dict(faults.done)}; {published} batches, tried again: {dict(failed)}"
    )


def _publish_once(lake: Lake, number: int) -> None:
    run = f"r{number}"

    def decide() -> Batch | None:
        done = open_table(lake, RUNS).to_pyarrow_table(columns=["run_id"])["run_id"].to_pylist()
        return None if run in done else Batch(run, batch_rows(number, run_id=run))

    publish(lake, decide)


def test_a_stream_that_is_cut_goes_on_where_it_ended(
    s3_lake: Lake, s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = os.urandom(3 << 20)
    s3_lake.store.put("archive/large", data)
    s3_lake.store.put("archive/empty", b"")
    cuts = iter([False] + [True] * 4)

    def choose(method: str, path: str) -> str | None:
        return "cut" if method == "GET" and next(cuts, False) else None

    with proxy(s3_server, faults := Faults(choose)) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        store = open_lake(s3_lake.root).store
        with store.open("archive/large", 1000) as stream:
            assert stream.read() == data[1000:]
        assert store.get("archive/empty") == b""
    assert faults.done["cut"] == 4


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (400, "ExpiredToken", "credentials have expired: renew them"),
        (403, "RequestTimeTooSkewed", "clock is off by more than 15 minutes"),
        (403, "AccessDenied", "credentials may not do this"),
        (403, "InvalidAccessKeyId", "doesn't know this key"),
        (403, "SignatureDoesNotMatch", "secret is not that of this key"),
        (404, "NoSuchBucket", "Create the bucket"),
    ],
)
def test_refusals_say_what_to_do(
    s3_lake: Lake, s3_server: str, monkeypatch: pytest.MonkeyPatch, status: int, code: str, advice: str
) -> None:
    with proxy(s3_server, Faults(answer=(status, code))) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(LakeError, match=advice):
            open_lake(s3_lake.root)


def test_a_batch_refused_half_way_is_completed_with_fresh_credentials(
    s3_lake: Lake, s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _publish_once(s3_lake, 1)
    faults = Faults()

    def choose(method: str, path: str) -> str | None:
        if "/tables/articles/_delta_log/" in path and method == "PUT":
            faults.answer = (400, "ExpiredToken")
            return "drop"
        return None

    faults.choose = choose
    with proxy(s3_server, faults) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(PresslakeError, match="The batch is kept"):
            _publish_once(open_lake(s3_lake.root), 2)
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    assert len(ids(s3_lake, "revisions")) == 2
    assert len(ids(s3_lake, "articles")) == 1
    assert complete(s3_lake) == 2
    assert len(ids(s3_lake, "articles")) == 2

"""What is promised of any lake, held by a real S3 server: the tests of other folders, with this folder's lakes."""

import pytest

from flows.lake import Lake
from flows.lake.check import check
from tests.e2e.test_s3 import test_a_bucket_ends_with_the_rows_of_a_directory
from tests.flows.lake.test_batches import (
    race_of_writers,
    test_a_batch_becomes_visible_in_all_tables,
    test_a_publisher_that_lost_the_number_decides_anew,
    test_merged_tables_replace_and_remove_by_key,
    test_nothing_to_publish_is_no_batch,
)
from tests.flows.lake.test_export import test_the_command_exports_into_the_lake_wherever_it_is
from tests.flows.lake.test_faults import (
    test_a_batch_refused_half_way_is_completed_with_fresh_credentials,
    test_a_stream_that_is_cut_goes_on_where_it_ended,
    test_faults_between_us_and_the_store_lose_and_double_nothing,
)
from tests.flows.lake.test_maintain import test_many_small_files_become_one_sorted_file_that_readers_can_filter
from tests.flows.lake.test_removal import (
    race_with_removal,
    test_a_commit_that_is_late_for_a_purge_is_refused_and_its_batch_is_in,
    test_leases_keep_each_other_out_wherever_the_lake_is,
)
from tests.flows.lake.test_store import (
    test_a_missing_bucket_says_what_to_do,
    test_an_existing_object_is_not_overwritten,
    test_objects_are_written_read_listed_and_deleted,
)
from tests.flows.lake.test_takedown import test_a_takedown_leaves_no_word_in_the_lake_wherever_it_is

__all__ = [
    "test_a_batch_becomes_visible_in_all_tables",
    "test_a_batch_refused_half_way_is_completed_with_fresh_credentials",
    "test_a_bucket_ends_with_the_rows_of_a_directory",
    "test_a_commit_that_is_late_for_a_purge_is_refused_and_its_batch_is_in",
    "test_a_missing_bucket_says_what_to_do",
    "test_a_publisher_that_lost_the_number_decides_anew",
    "test_a_stream_that_is_cut_goes_on_where_it_ended",
    "test_a_takedown_leaves_no_word_in_the_lake_wherever_it_is",
    "test_an_existing_object_is_not_overwritten",
    "test_faults_between_us_and_the_store_lose_and_double_nothing",
    "test_leases_keep_each_other_out_wherever_the_lake_is",
    "test_many_small_files_become_one_sorted_file_that_readers_can_filter",
    "test_merged_tables_replace_and_remove_by_key",
    "test_nothing_to_publish_is_no_batch",
    "test_objects_are_written_read_listed_and_deleted",
    "test_the_command_exports_into_the_lake_wherever_it_is",
]

pytestmark = pytest.mark.s3


def test_the_race_finds_every_promise_kept(s3_lake: Lake) -> None:
    findings = list(check(s3_lake, writers=4, names=40, commits=5))
    assert [finding for finding in findings if not finding.kept] == []
    assert list(s3_lake.store.names("")) == []


@pytest.mark.timeout(3600)
def test_many_writers_neither_lose_nor_double_a_row(s3_lake: Lake) -> None:
    """`STRESS_WRITERS=8 STRESS_BATCHES=50` for more than the usual few."""
    race_of_writers(s3_lake.root)


def test_publishers_beside_removals_lose_and_double_nothing(s3_lake: Lake) -> None:
    race_with_removal(s3_lake.root, rounds=2)

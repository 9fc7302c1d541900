"""Lines that say when a reader wrote, and who; and lines of stories that only look like them."""

import pytest

from crawlers.extract.story.stamps import is_said, is_stamp


@pytest.mark.parametrize(
    "line",
    [
        "2 days ago at 07:47 am",
        "an hour ago",
        "Feb 27, 2010 7:46 pm",
        "Milan G. on September 12, 2018 at 4:47 pm said:",
        "harbourcat (02/03/2010, 7:05 AM )",
        "Posted by: Jim | 01/15/2010 at 10:48 AM",
        "Wed, 12/03/2025 - 02:42",
        "6d",
        "3mo",
        "January 11, 2026",
        "vor 3 Stunden",
        "vor einem Tag",
        "3. Mai 2024 um 14:05 Uhr",
        "il y a 2 jours",
        "hace 5 horas",
        "há 2 dias",
        "2 giorni fa",
        "3 dagen geleden",
        "för 2 timmar sedan",
        "5 godzin temu",
        "2 часа назад",
        "3小时前",
        "5分前",
        "2시간 전",
    ],
)
def test_when_a_reader_wrote_is_a_stamp(line):
    assert is_stamp(line)


@pytest.mark.parametrize(
    "line",
    [
        "It began two winters ago.",
        "The board met on 3 May 2024.",
        "Two days ago nobody would have thought that the wall could fall, the harbour master said on the quay",
        "In May 2024 the board voted to rebuild the breakwater, and the work began in the spring of the next year",
        "June 2026",
        "14:32",
        "Chapter 3",
        "Work is to begin in April",
        "Vor dem Hafen lag ein Schiff",
        "Il y a un problème avec la digue",
    ],
)
def test_what_a_story_says_of_time_is_none(line):
    assert not is_stamp(line)


@pytest.mark.parametrize(
    "line",
    [
        "Cindy says:",
        "Diana Y. says",
        "by harbourcat ( 123456 ) writes: on Friday December 19, 2025 @08:08PM",
        "Milan G. on September 12, 2018 at 4:47 pm said:",
        "ijsbol commented Dec 18, 2025",
        "Kapitän Nemo schrieb:",
        "Jeanne a dit :",
        "Пётр пишет:",
    ],
)
def test_a_name_and_that_it_said_something(line):
    assert is_said(line)


@pytest.mark.parametrize(
    "line",
    [
        "She said: nobody asked us.",
        "“We were never asked,” she said",
        "The mayor wrote 12 letters.",
        "Nobody on the quay knows what he said",
        "Jane Doe",
    ],
)
def test_a_sentence_that_says_so_is_no_such_line(line):
    assert not is_said(line)

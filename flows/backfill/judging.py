"""What a capture is before anybody extracts it, by the same rules as a page fetched live; whether it is asked for."""

from datetime import timedelta

from crawlers.archive.captures import Capture
from crawlers.model import Article, Rejection
from crawlers.optouts import page_reservations
from crawlers.softfail import soft_failure
from flows.backfill.windows import Span
from schemas import Outcome

_STATUS = {
    **dict.fromkeys((404, 410), Outcome.GONE),
    **dict.fromkeys((401, 402, 403, 429, 451), Outcome.REFUSED),
}


def judge(capture: Capture, policy: str) -> Rejection:
    """NEW with a note where the page may go on to extraction, else why not. `policy` as in `crawlers.declarations`."""
    status = capture.status
    if status != 200:
        outcome = _STATUS.get(status, Outcome.SERVER_ERROR if status >= 500 else Outcome.HTTP_ERROR)
        return Rejection(outcome, f"status {status}")
    if capture.truncated:
        return Rejection(Outcome.TRUNCATED, f"cut by its archive: {capture.truncated[:60]}")
    failure = soft_failure(
        capture.body, url=capture.url, content_type=capture.content_type, headers=capture.headers
    )  # fmt: skip
    if failure is not None:
        return failure
    reserved = page_reservations(capture.body, capture.headers)
    note = "reserved: " + "; ".join(map(str, reserved)) if reserved else ""
    return Rejection(Outcome.OPTED_OUT if reserved and policy != "flag" else Outcome.NEW, note)


def outside(article: Article, span: Span) -> Rejection | None:
    """OUT_OF_RANGE where the article, for all it says, was not published in the span; None where it may have been."""
    at = article.published_at
    if at is None or at in span:
        return None
    # A page that tells the day alone may mean any instant of it.
    if article.published_precision == "day" and at < span.until and at + timedelta(days=1) > span.since:
        return None
    return Rejection(Outcome.OUT_OF_RANGE, f"published {at:%Y-%m-%d %H:%M} UTC")

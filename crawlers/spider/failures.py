"""What a failed or refused request is called."""

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from schemas import Outcome

PASSING = frozenset(
    {Outcome.SERVER_ERROR, Outcome.TIMED_OUT, Outcome.CONNECTION_FAILED, Outcome.TRUNCATED, Outcome.DNS_FAILED}
)
"""Failures that another try, or a later run, may not see again."""

_EXCEPTIONS: tuple[tuple[type[Exception], Outcome], ...] = (
    (CannotResolveHostError, Outcome.DNS_FAILED),
    (DownloadTimeoutError, Outcome.TIMED_OUT),
    (TimeoutError, Outcome.TIMED_OUT),
    (ResponseDataLossError, Outcome.TRUNCATED),
    (DownloadCancelledError, Outcome.TOO_LARGE),  # Scrapy cancels a download for its size alone
    (DownloadConnectionRefusedError, Outcome.CONNECTION_FAILED),
    (DownloadFailedError, Outcome.CONNECTION_FAILED),
    (UnsupportedURLSchemeError, Outcome.UNSAFE_ADDRESS),
)


def outcome_of_error(error: Exception) -> tuple[Outcome, str]:
    """Outcome and detail of an exception the downloader raised."""
    for kind, outcome in _EXCEPTIONS:
        if isinstance(error, kind):
            return outcome, _brief(error)
    return Outcome.CONNECTION_FAILED, f"{type(error).__name__}: {_brief(error)}"


def outcome_of_status(status: int) -> Outcome | None:
    """Outcome of a final HTTP status; None where the body decides (2xx)."""
    if status == 304:
        return Outcome.NOT_MODIFIED
    if 200 <= status < 300:
        return Outcome.EMPTY_BODY if status in (204, 205) else None
    if status in (404, 410):
        return Outcome.GONE
    if status in (401, 402, 403, 407, 429, 451):
        return Outcome.REFUSED
    return Outcome.SERVER_ERROR if status >= 500 else Outcome.HTTP_ERROR


def _brief(error: Exception) -> str:
    inner = getattr(error, "reasons", None) or getattr(error.__cause__, "reasons", None)
    reasons = [str(getattr(reason, "value", reason)) for reason in inner or (error,)]
    text = "; ".join(filter(None, reasons)) or type(error).__name__
    return " ".join(text.split())[:300]

"""The vocabulary of outcomes: what became of a URL, each with its meaning.

Every URL a run learns of ends in exactly one of these; `runs` counts them and the sums agree.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of one URL in one run."""

    # Published.
    NEW = "new"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    # Not requested, or answered without a body.
    KNOWN = "known"
    NOT_MODIFIED = "not_modified"
    DUPLICATE_URL = "duplicate_url"
    ROBOTS = "robots"
    OPTED_OUT = "opted_out"
    OFF_SITE = "off_site"
    OVER_BUDGET = "over_budget"
    OUT_OF_RANGE = "out_of_range"
    UNSAFE_ADDRESS = "unsafe_address"
    NOT_FETCHED = "not_fetched"
    # Feeds and sitemaps.
    READ = "read"
    NOT_A_FEED = "not_a_feed"
    # Refused or failed on the way.
    GONE = "gone"
    REFUSED = "refused"
    HTTP_ERROR = "http_error"
    SERVER_ERROR = "server_error"
    REDIRECT_LOOP = "redirect_loop"
    TIMED_OUT = "timed_out"
    DNS_FAILED = "dns_failed"
    CONNECTION_FAILED = "connection_failed"
    TRUNCATED = "truncated"
    TOO_LARGE = "too_large"
    # Fetched, but not an article.
    EMPTY_BODY = "empty_body"
    NOT_HTML = "not_html"
    CHALLENGE = "challenge"
    LOGIN_WALL = "login_wall"
    SOFT_404 = "soft_404"
    JAVASCRIPT_SHELL = "javascript_shell"
    NO_ARTICLE = "no_article"
    # Fetched and archived, but extraction or the contract failed; kept in quarantine.
    EXTRACT_TIMED_OUT = "extract_timed_out"
    EXTRACT_CRASHED = "extract_crashed"
    EXTRACT_FAILED = "extract_failed"
    INVALID_ROW = "invalid_row"


MEANING: dict[Outcome, str] = {
    Outcome.NEW: "a new article was published",
    Outcome.REVISED: "a new revision of a known article was published",
    Outcome.UNCHANGED: "fetched again, the text is the same as before",
    Outcome.KNOWN: "fetched in an earlier run and not due for another look",
    Outcome.NOT_MODIFIED: "the server answered that it has not changed (304)",
    Outcome.DUPLICATE_URL: "another variant of the same address was taken in this run",
    Outcome.ROBOTS: "robots.txt does not allow it",
    Outcome.OPTED_OUT: "the publisher reserves it from text and data mining, and the site's policy respects that; "
    "or it was taken down",
    Outcome.OFF_SITE: "leads to another site than the declared one",
    Outcome.OVER_BUDGET: "left for a later run: the page limit of the run or the day was reached",
    Outcome.OUT_OF_RANGE: "published outside the requested dates",
    Outcome.UNSAFE_ADDRESS: "a private, loopback or link-local address, or not http(s)",
    Outcome.NOT_FETCHED: "left for a later run: the run ended before its turn came, or the host asks to be left alone",
    Outcome.READ: "a feed or sitemap that was read",
    Outcome.NOT_A_FEED: "announced as feed or sitemap, but something else came (often an HTML page)",
    Outcome.GONE: "404 or 410",
    Outcome.REFUSED: "401, 402, 403, 429 or 451",
    Outcome.HTTP_ERROR: "another 4xx status",
    Outcome.SERVER_ERROR: "a 5xx status, after retries",
    Outcome.REDIRECT_LOOP: "too many redirects",
    Outcome.TIMED_OUT: "no full answer in time, after retries",
    Outcome.DNS_FAILED: "the host name was not found",
    Outcome.CONNECTION_FAILED: "the connection was refused, reset or failed TLS, after retries",
    Outcome.TRUNCATED: "the body ended before its announced length, after retries",
    Outcome.TOO_LARGE: "larger than the size limit",
    Outcome.EMPTY_BODY: "status 200 with nothing in it",
    Outcome.NOT_HTML: "not a web page, whatever its content type says",
    Outcome.CHALLENGE: "a bot check or consent page instead of the article",
    Outcome.LOGIN_WALL: "a login or subscription page instead of the article",
    Outcome.SOFT_404: "a 'page not found' with status 200",
    Outcome.JAVASCRIPT_SHELL: "an empty shell that scripts would fill",
    Outcome.NO_ARTICLE: "a page without an article text",
    Outcome.EXTRACT_TIMED_OUT: "extraction took longer than its limit; in quarantine",
    Outcome.EXTRACT_CRASHED: "extraction killed its worker process; in quarantine",
    Outcome.EXTRACT_FAILED: "extraction raised an error; in quarantine",
    Outcome.INVALID_ROW: "the row broke the table's contract; in quarantine",
}

PUBLISHED = frozenset({Outcome.NEW, Outcome.REVISED, Outcome.UNCHANGED})
"""Outcomes of pages whose article is in the lake after the run."""

HARMLESS = PUBLISHED | {
    Outcome.KNOWN,
    Outcome.NOT_MODIFIED,
    Outcome.DUPLICATE_URL,
    Outcome.READ,
    Outcome.OVER_BUDGET,
    Outcome.OUT_OF_RANGE,
}
"""Outcomes that need nobody's attention."""

QUARANTINED = frozenset(
    {Outcome.EXTRACT_TIMED_OUT, Outcome.EXTRACT_CRASHED, Outcome.EXTRACT_FAILED, Outcome.INVALID_ROW}
)
"""Outcomes of pages that are archived and can be tried again with `presslake reextract`."""

"""JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

import json
from typing import Any

from crawlers.discovery.dates import parse_instant
from crawlers.discovery.gathering import Gathering, Reading, clean_title
from crawlers.discovery.links import absolute
from crawlers.model import Discovery
from schemas import Outcome


def read_json_feed(text: str, url: str, zone: str | None = None) -> Reading:
    """Read a JSON Feed; JSON that is none gives NOT_A_FEED. `zone`: IANA zone of dates that name none. Never raises."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Reading(Discovery(outcome=Outcome.NOT_A_FEED, problem=f"not JSON: {str(error)[:200]}"))
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return Reading(Discovery(outcome=Outcome.NOT_A_FEED, problem="JSON, but not a JSON Feed: it has no items"))
    found = Gathering(url)
    for item in document["items"]:
        if not isinstance(item, dict):
            found.unusable += 1
            continue
        links = (absolute(_text(item.get(name)), url) for name in ("url", "external_url", "id"))
        found.lead(
            next((link for link in links if link), None),
            title=clean_title(_text(item.get("title"))),
            published_at=parse_instant(_text(item.get("date_published")), zone),
            modified_at=parse_instant(_text(item.get("date_modified")), zone),
        )
    if following := _text(document.get("next_url")):
        found.source(following, "feed")
    found.hub = _hub(document.get("hubs"), url)
    return Reading(
        found.finish(), "json feed", clean_title(_text(document.get("title"))), _text(document.get("language"))
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _hub(hubs: Any, url: str) -> str | None:
    for hub in hubs if isinstance(hubs, list) else ():
        if isinstance(hub, dict) and str(hub.get("type")).lower() == "websub":
            return absolute(_text(hub.get("url")), url)
    return None

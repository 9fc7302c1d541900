"""Learned site templates in the lake: `state/templates/<site>.json`."""

import logging

from crawlers.extract import TemplateBook, TemplateError
from flows.lake.lake import Lake

_FOLDER = "state/templates/"

log = logging.getLogger(__name__)


def load_templates(lake: Lake, site: str) -> TemplateBook:
    """What is known of the site's layouts; an empty book for a site without templates.

    A file that can't be read is no reason to stop: templates are learned again from the next pages.
    """
    data = lake.store.get(_name(site))
    if data is None:
        return TemplateBook()
    try:
        return TemplateBook.from_bytes(data)
    except TemplateError as error:
        log.warning("templates of %s are unreadable and are learned anew: %s", site, error)
        return TemplateBook()


def save_templates(lake: Lake, site: str, book: TemplateBook) -> None:
    """Keep what was learned, unless that is nothing new."""
    data = book.to_bytes(site)
    if data != lake.store.get(_name(site)):
        lake.store.put(_name(site), data)


def template_sites(lake: Lake) -> list[str]:
    """Ids of the sites with templates."""
    return [name.removeprefix(_FOLDER).removesuffix(".json") for name in lake.store.names(_FOLDER)]


def _name(site: str) -> str:
    return f"{_FOLDER}{site}.json"

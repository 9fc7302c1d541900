"""Marks of state: told apart by shape, so that colour isn't needed."""

_SHAPES = {
    "critical": '<path d="M6 0l6 6-6 6-6-6z"/>',
    "warning": '<path d="M6 1l6 10.5H0z"/>',
    "info": '<circle cx="6" cy="6" r="5"/>',
    "learning": '<path d="M6 .5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zm0 2a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z"/>',
    "ok": '<path d="M4.6 8.1L2.2 5.7.8 7.1l3.8 3.8L11.6 3.9 10.2 2.5z"/>',
}
_NAMES = {"critical": "broken", "warning": "warning", "ok": "as usual", "learning": "still learning", "info": "note"}


def icon(state: str) -> str:
    """The mark of a severity or a site's state."""
    return f'<svg class="icon" viewBox="0 0 12 12" role="img" aria-label="{_NAMES[state]}">{_SHAPES[state]}</svg>'


def anchor(site: str) -> str:
    """Id of the site's details on the page; site ids are `[a-z0-9-]`."""
    return f"site-{site}"

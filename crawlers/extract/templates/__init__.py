"""Learned site templates: where a site's pages carry their story, learned from the pages alone.

`lesson_of` and `spots_of` read what one judged page teaches, `TemplateBook` learns and keeps versions, `TemplateView`
and `explain` judge further pages, `render` shows a template to a person.
"""

from crawlers.extract.templates.book import TemplateBook, TemplateError
from crawlers.extract.templates.complete import settle, state
from crawlers.extract.templates.lesson import Lesson, lesson_of
from crawlers.extract.templates.render import render
from crawlers.extract.templates.spots import Told, read_spots, spots_of
from crawlers.extract.templates.template import SiteTemplate
from crawlers.extract.templates.view import Explained, TemplateView, explain, find_root, prose_outside

__all__ = [
    "Explained",
    "Lesson",
    "SiteTemplate",
    "TemplateBook",
    "TemplateError",
    "TemplateView",
    "Told",
    "explain",
    "find_root",
    "lesson_of",
    "prose_outside",
    "read_spots",
    "render",
    "settle",
    "spots_of",
    "state",
]

"""From archived pages to articles. Pure: bytes, address and fetch time in, an Article or a named reason out.

The doors: `extract_page` (one page, in this process), `extract_pages` (a stream of pages, in worker
processes with a time limit each), `extract_parquet` (a file of pages to a file of articles).
"""

from crawlers.extract.batch import extract_pages, learn_pages
from crawlers.extract.explain import explain_page
from crawlers.extract.offline import extract_parquet
from crawlers.extract.page import extract_page
from crawlers.extract.pool import Pool
from crawlers.extract.templates import TemplateBook, TemplateError
from crawlers.extract.version import EXTRACTOR_VERSION

__all__ = [
    "EXTRACTOR_VERSION",
    "Pool",
    "TemplateBook",
    "TemplateError",
    "explain_page",
    "extract_page",
    "extract_pages",
    "extract_parquet",
    "learn_pages",
]

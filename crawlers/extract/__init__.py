"""From archived pages to articles. Pure: bytes, address and fetch time in, an Article or a named reason out.

The doors: `extract_page` (one page, in this process), `extract_pages` (a stream of pages, in worker
processes with a time limit each), `offline.extract_parquet` (a file of pages to a file of articles; it needs pyarrow,
which worker processes can do without).
"""

from crawlers.extract.batch import extract_pages, learn_pages
from crawlers.extract.explain import explain_page
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
    "learn_pages",
]

"""Everything that touches the web or a page.

The rest of the house comes in by three doors: `crawlers.crawl` (run a crawl), `crawlers.archive`
(read an archive) and `crawlers.extract` (extract pages). `crawlers.model` holds what passes through them.
"""

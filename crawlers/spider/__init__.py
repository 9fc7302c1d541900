"""The crawl itself: what runs in the child process. From outside come in by `crawlers.crawl`.

Scrapy gives the downloader (slots, handlers, cookies, proxies); what to ask for, in which order, and what became
of it is decided here, in one coroutine per address, so that each ends in exactly one outcome.
"""

"""Backfills: articles of the past, from sitemaps, from WARC files and from our own archive."""

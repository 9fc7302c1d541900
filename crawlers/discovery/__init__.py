"""Where articles are announced: feeds, sitemaps and section pages turned into leads. Pure: bytes in, data out."""

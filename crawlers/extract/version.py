"""Version of the extraction rules; rows made by different versions may differ."""

EXTRACTOR_VERSION = "1.5.0"

"""The lake: objects (`store`), Delta tables (`tables`), batches made visible once (`batches`), queries."""

from flows.lake.lake import Lake, open_lake

__all__ = ["Lake", "open_lake"]

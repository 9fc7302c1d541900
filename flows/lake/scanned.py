"""Datasets that DuckDB can scan without ever waiting for itself.

`pyarrow.dataset.Scanner.to_reader` starts the scan with the interpreter's lock held (pyarrow 25, as all before it),
while the threads that read files of a Delta table need that lock, for deltalake's store is reached through Python.
Where one of them holds what the scan waits for, both wait for ever: once in some hundred to thousand queries over two
dozen small files. `scan_batches` lets the lock go.
"""

from typing import Any

import pyarrow as pa
import pyarrow.dataset as pads


class _Scanner:
    """A scanner whose reader is begun without the lock; in all else the scanner itself."""

    def __init__(self, scanner: pads.Scanner) -> None:
        self._scanner = scanner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scanner, name)

    def to_reader(self) -> pa.RecordBatchReader:
        """Its batches, in order."""
        return pa.RecordBatchReader.from_batches(self._scanner.projected_schema, self._scanner.to_batches())


class _Scanned(pads.FileSystemDataset):  # type: ignore[misc] # pyarrow has no types
    """A dataset whose scanners are such."""

    def scanner(self, **options: Any) -> Any:
        """A scanner of the dataset, by pyarrow's options."""
        return _Scanner(super().scanner(**options))


def releasing(dataset: pads.Dataset) -> pads.Dataset:
    """The same files as a dataset that is scanned so; one of another kind as it is."""
    if not isinstance(dataset, pads.FileSystemDataset):
        return dataset
    return _Scanned(list(dataset.get_fragments()), dataset.schema, dataset.format, dataset.filesystem)

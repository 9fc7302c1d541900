"""How a table of the lake is described: fields with their meaning, keys, partitions, version."""

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

INSTANT = pa.timestamp("us", tz="UTC")
"""The one type for a point in time: microseconds since the epoch, UTC."""


@dataclass(frozen=True)
class Field:
    """One column: its Arrow type, what it means to a reader, and since which schema version."""

    name: str
    type: pa.DataType
    description: str
    since: str = "1.0.0"
    nullable: bool = True

    def arrow(self) -> pa.Field:
        """The Arrow field, description and version in its metadata."""
        metadata = {"description": self.description, "since": self.since}
        return pa.field(self.name, self.type, self.nullable, metadata)


@dataclass(frozen=True)
class Table:
    """One table of the lake.

    `key` names the columns that are unique together; `partition_by` the hive-style partition
    columns; `sort_by` the order of rows inside a data file.
    """

    name: str
    version: str
    description: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    partition_by: tuple[str, ...] = ("date",)
    sort_by: tuple[str, ...] = ("site",)

    @cached_property
    def schema(self) -> pa.Schema:
        """The Arrow schema, with table name, version and description as its metadata."""
        metadata = {
            "presslake.table": self.name,
            "presslake.version": self.version,
            "presslake.description": self.description,
        }
        return pa.schema([field.arrow() for field in self.fields], metadata)

    @property
    def names(self) -> list[str]:
        """The column names, in order."""
        return [field.name for field in self.fields]

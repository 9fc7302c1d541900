"""What may change between two releases of the schemas, held against the last released ones (`released/*.json`).

Semantic versions, from a reader's point of view: a new nullable column or a new allowed value is minor; removing or
renaming a column, another type, key or partition is major. So is a wider type or a new part of a struct, which
readers could bear but tables already written can't take. A value that was never null must not become null, and the
other way round older rows would break the promise: both are major.

`python -m schemas.compatibility` lists what is wrong; with `--release` it keeps today's schemas as released.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa

from schemas import TABLES
from schemas.checks import ALLOWED
from schemas.table import Table

RELEASED = Path(__file__).with_name("released")


def version() -> str:
    """The version of the schemas as a whole: the highest of the tables' versions."""
    return max((table.version for table in TABLES.values()), key=_numbers)


def described(tables: dict[str, Table] = TABLES) -> dict[str, Any]:
    """The schemas as plain data, as it is kept in `released/`; without the prose."""
    return {
        name: {
            "version": table.version,
            "key": list(table.key),
            "partition_by": list(table.partition_by),
            "fields": {
                field.name: {"type": _type(field.type), "nullable": field.nullable, "since": field.since}
                for field in table.fields
            },
            "allowed": {column: sorted(values) for column, values in sorted(ALLOWED.get(name, {}).items())},
        }
        for name, table in tables.items()
    }


def released() -> dict[str, Any]:
    """The schemas released last. Raises FileNotFoundError where there are none."""
    files = sorted(RELEASED.glob("*.json"), key=lambda path: _numbers(path.stem))
    if not files:
        raise FileNotFoundError(f"no released schemas in {RELEASED}")
    found: dict[str, Any] = json.loads(files[-1].read_text("utf-8"))
    return found


def problems(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """Why `now` must not follow `before`: changes for which a table's version does not go up enough."""
    found = []
    for name, old in before.items():
        new = now.get(name)
        if new is None:
            found.append(f"{name}: the table is gone; readers of it break, so it may only go with a major version")
            continue
        breaks, additions = _breaks(old, new), _additions(old, new)
        was, is_ = _numbers(old["version"]), _numbers(new["version"])
        if breaks and is_[0] <= was[0]:
            found += [f"{name}: {text} (needs version {was[0] + 1}.0.0)" for text in breaks]
        elif additions and is_ <= was:
            found += [f"{name}: {text} (needs version {was[0]}.{was[1] + 1}.0)" for text in additions]
        elif is_ < was:
            found.append(f"{name}: version {new['version']} is below the released {old['version']}")
        for column in new["fields"].keys() - old["fields"].keys():
            if new["fields"][column]["since"] != new["version"] and is_ > was:
                found.append(f"{name}.{column}: is new, so its `since` must be {new['version']}")
    return found


def _breaks(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    found = []
    for column, before in old["fields"].items():
        now = new["fields"].get(column)
        if now is None:
            found.append(f"column {column} was removed or renamed")
            continue
        found += [f"column {column} {text}" for text in _type_breaks(before["type"], now["type"])]
        found += [f"column {column} {text}" for text in _null_breaks(before["nullable"], now["nullable"])]
    for column in new["fields"].keys() - old["fields"].keys():
        if not new["fields"][column]["nullable"]:
            found.append(f"column {column} is new and never null, which older rows can't fulfil")
    for what in ("key", "partition_by"):
        if old[what] != new[what]:
            found.append(f"{what} was {', '.join(old[what])}, is {', '.join(new[what])}")
    for column, values in old["allowed"].items():
        if gone := sorted(set(values) - set(new["allowed"].get(column, values))):
            found.append(f"column {column} lost the allowed values {', '.join(gone)}")
    return found


def _additions(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    found = [f"column {column} is new" for column in new["fields"] if column not in old["fields"]]
    for column, values in new["allowed"].items():
        if fresh := sorted(set(values) - set(old["allowed"].get(column, []))):
            found.append(f"column {column} has the new allowed values {', '.join(fresh)}")
    return found


def _null_breaks(before: bool, now: bool) -> list[str]:
    if before == now:
        return []
    return ["may be null now"] if now else ["may no longer be null"]


def _type_breaks(before: Any, now: Any) -> list[str]:
    """Why a reader of the type `before` can't read `now`; lists and structs are compared by their parts."""
    if before == now:
        return []
    if isinstance(before, dict) and isinstance(now, dict):
        if "list" in before and "list" in now:
            return _type_breaks(before["list"], now["list"])
        if "struct" in before and "struct" in now:
            return _struct_breaks(before["struct"], now["struct"])
    return [f"was {_word(before)}, is {_word(now)}"]


def _struct_breaks(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    found = [f"lost its part {name}" for name in before if name not in now]
    found += [f"has the new part {name}" for name in now if name not in before]
    for name in before.keys() & now.keys():
        texts = _type_breaks(before[name]["type"], now[name]["type"])
        texts += _null_breaks(before[name]["nullable"], now[name]["nullable"])
        found += [f"part {name} {text}" for text in texts]
    return found


def _word(kind: Any) -> str:
    return kind if isinstance(kind, str) else f"a {next(iter(kind))}"


def _type(kind: pa.DataType) -> Any:
    if pa.types.is_list(kind):
        return {"list": _type(kind.value_type)}
    if pa.types.is_struct(kind):
        return {"struct": {field.name: {"type": _type(field.type), "nullable": field.nullable} for field in kind}}
    return str(kind)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def main(arguments: list[str]) -> int:
    """Compare, or release; the exit status says whether all is well."""
    if arguments == ["--release"]:
        path = RELEASED / f"{version()}.json"
        text = json.dumps(described(), indent=1) + "\n"
        if path.exists() and path.read_text("utf-8") != text:
            print(f"{path} is released and stays as it is: raise the version of the tables that changed")
            return 1
        path.write_text(text, "utf-8")
        print(f"wrote {path}")
        return 0
    found = problems(released(), described())
    print("\n".join(found) or f"schemas {version()} may follow what was released")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

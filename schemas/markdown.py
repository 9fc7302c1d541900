"""Writes ARTICLES.md, the page for readers, from the schemas: `python -m schemas.markdown`."""

from pathlib import Path

from schemas import TABLES, Table
from schemas.outcomes import MEANING

PAGE = Path(__file__).with_name("ARTICLES.md")
INTRODUCTION = Path(__file__).with_name("introduction.md")
"""The hand-written beginning of the page: how to read the tables, with queries that a test runs."""


def render() -> str:
    """The whole page: the introduction, a section per table, the outcomes."""
    parts = [INTRODUCTION.read_text("utf-8").rstrip()]
    parts += [_table(table) for table in TABLES.values() if table.name != "revisions"]
    rows = "\n".join(f"| `{outcome}` | {meaning} |" for outcome, meaning in MEANING.items())
    parts.append(
        "## Outcomes\n\nThe values of `fetches.outcome` and `runs.outcomes`: every address ends in exactly one.\n\n"
        f"| outcome | meaning |\n|---|---|\n{rows}"
    )
    return "\n\n".join(parts) + "\n"


def _table(table: Table) -> str:
    title = "articles and revisions" if table.name == "articles" else table.name
    revisions = TABLES["revisions"]
    about = f"`{table.name}` ({table.version}): {table.description}"
    key = f"Unique by {', '.join(f'`{name}`' for name in table.key)}"
    if table.name == "articles":
        about += f"\n\n`revisions` ({revisions.version}): {revisions.description}"
        key += "; in `revisions` by " + ", ".join(f"`{name}`" for name in revisions.key)
    rows = "\n".join(
        f"| `{f.name}` | {_type(f.type)} | {'' if f.nullable else 'never'} | {f.since} | {f.description} |"
        for f in table.fields
    )
    partition = ", ".join(f"`{name}`" for name in table.partition_by)
    return (
        f"## {title}\n\n{about}\n\n{key}. Partitioned by {partition}.\n\n"
        f"| column | type | null | since | meaning |\n|---|---|---|---|---|\n{rows}"
    )


def _type(kind: object) -> str:
    text = str(kind).replace("timestamp[us, tz=UTC]", "timestamp (UTC)").replace("date32[day]", "date")
    return text.replace(" not null", "").replace("list<element: ", "list<").replace("list<item: ", "list<")


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
    print(f"wrote {PAGE}")

"""The schemas of today may follow the released ones; what would break readers is refused."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from schemas.compatibility import described, problems, released, version


def test_the_schemas_may_follow_what_was_released() -> None:
    assert problems(released(), described()) == [], "raise the version, see schemas/compatibility.py"


def test_the_released_schemas_are_those_of_a_version() -> None:
    assert max(table["version"] for table in released().values()) <= version()


def _change(do: Callable[[dict[str, Any]], object], to: str | None = None) -> list[str]:
    now = copy.deepcopy(released())
    do(now["articles"])
    if to:
        now["articles"]["version"] = to
    return problems(released(), now)


def _rename(table: dict[str, Any]) -> None:
    table["fields"]["headline"] = table["fields"].pop("title")


def _set(column: str, **values: Any) -> Callable[[dict[str, Any]], object]:
    return lambda table: table["fields"][column].update(values)


def _block(table: dict[str, Any]) -> dict[str, Any]:
    parts: dict[str, Any] = table["fields"]["blocks"]["type"]["list"]["struct"]
    return parts


_WAS = [int(part) for part in released()["articles"]["version"].split(".")]
LOWER, MINOR = f"{_WAS[0] - 1}.9.0", f"{_WAS[0]}.{_WAS[1] + 1}.0"
NEW = {"type": "string", "nullable": True, "since": MINOR}

BREAKING: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "removed": (lambda t: t["fields"].pop("title"), "column title was removed or renamed"),
    "renamed": (_rename, "column title was removed or renamed"),
    "narrowed": (_set("warc_offset", type="int32"), "column warc_offset was int64, is int32"),
    "widened": (_set("word_count", type="int64"), "column word_count was int32, is int64"),
    "part added": (
        lambda t: _block(t).update(level={"type": "int32", "nullable": True}),
        "column blocks has the new part level",
    ),
    "another type": (_set("published_at", type="timestamp[s]"), "is timestamp[s]"),
    "string became a list": (_set("title", type={"list": "string"}), "column title was string, is a list"),
    "never null now": (_set("title", nullable=False), "column title may no longer be null"),
    "null now": (_set("text", nullable=True), "column text may be null now"),
    "new and never null": (
        lambda t: t["fields"].update(mood={**NEW, "nullable": False}),
        "column mood is new and never null",
    ),
    "part removed": (lambda t: _block(t).pop("kind"), "column blocks lost its part kind"),
    "part narrowed": (lambda t: _block(t)["kind"].update(type="int32"), "column blocks part kind was string, is int32"),
    "part may be null": (lambda t: _block(t)["text"].update(nullable=True), "column blocks part text may be null now"),
    "key": (lambda t: t.update(key=["url"]), "key was article_id, is url"),
    "partition": (lambda t: t.update(partition_by=["site"]), "partition_by was date, is site"),
    "word removed": (
        lambda t: t["allowed"]["change"].remove("rewrite"),
        "column change lost the allowed values rewrite",
    ),
}


@pytest.mark.parametrize("name", BREAKING)
def test_what_breaks_readers_is_refused_below_a_major_version(name: str) -> None:
    do, message = BREAKING[name]
    for to in (None, MINOR):
        found = _change(do, to)
        assert any(message in text and "needs version 2.0.0" in text for text in found), found
    assert not [text for text in _change(do, "2.0.0") if "needs version" in text]


ADDING: dict[str, Callable[[dict[str, Any]], object]] = {
    "column": lambda t: t["fields"].update(mood=dict(NEW)),
    "word": lambda t: t["allowed"]["change"].append("translation"),
}


@pytest.mark.parametrize("name", ADDING)
def test_additions_need_a_minor_version(name: str) -> None:
    assert all(f"needs version {MINOR}" in text for text in _change(ADDING[name]))
    assert _change(ADDING[name])
    assert _change(ADDING[name], MINOR) == []


def test_a_table_that_is_gone_and_a_wrong_since_are_named() -> None:
    now = copy.deepcopy(released())
    del now["copies"]
    assert problems(released(), now) == [
        "copies: the table is gone; readers of it break, so it may only go with a major version"
    ]
    found = _change(lambda t: t["fields"].update(mood={**NEW, "since": "1.0.0"}), MINOR)
    assert found == [f"articles.mood: is new, so its `since` must be {MINOR}"]
    assert _change(lambda t: None, LOWER) == [
        f"articles: version {LOWER} is below the released {released()['articles']['version']}"
    ]

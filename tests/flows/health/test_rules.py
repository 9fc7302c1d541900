from pathlib import Path

import pytest

from flows.errors import SettingsError
from flows.health import DEFAULT_RULES, assess, load_rules
from flows.lake import Lake
from tests.flows.health.conftest import END


def _load(path: Path, text: str):  # type: ignore[no-untyped-def]
    path.joinpath("rules.toml").write_text(text)
    return load_rules(path / "rules.toml")


def test_without_a_file_the_defaults_hold() -> None:
    assert load_rules(None) is DEFAULT_RULES


def test_a_file_changes_values_for_all_and_for_one_site(tmp_path: Path) -> None:
    rules = _load(tmp_path, "[quiet]\nexpected = 30\n[sites.blog.quiet]\noff = true\n[late]\nseverity = 'critical'")
    assert rules.rule("quiet", "any")["expected"] == 30
    assert rules.rule("quiet", "any")["hours"] == DEFAULT_RULES.rule("quiet")["hours"]
    assert not rules.rule("quiet", "any").off
    assert rules.rule("quiet", "blog").off
    assert rules.rule("late").severity == "critical"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[quite]\nexpected = 3", "quite"),
        ("[quiet]\nexpectd = 3", "expectd"),
        ("[quiet]\nexpected = 'three'", "expected"),
        ("[quiet]\nexpected = true", "expected"),
        ("[quiet]\nexpected = -1", "expected"),
        ("[quiet]\nseverity = 'loud'", "severity"),
        ("[quiet]\noff = 1", "off"),
        ("quiet = 1", "quiet"),
        ("sites = 1", "sites"),
        ("[sites.blog]\nquiet = 2", "blog"),
        ("[quiet", "rules.toml"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, names: str) -> None:
    with pytest.raises(SettingsError, match=names):
        _load(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.toml"):
        load_rules(tmp_path / "gone.toml")


def test_rules_that_are_off_find_nothing(weeks: Lake, tmp_path: Path) -> None:
    text = "\n".join(f"[{name}]\noff = true" for name in DEFAULT_RULES.common)
    assert assess(weeks, at=END, rules=_load(tmp_path, text)).all_findings == []

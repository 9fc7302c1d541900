"""The rules of alerting as data: defaults that are sane for news sites, overridden by a TOML file.

[quiet]                     # for all sites
expected = 12
[late]
off = true
[sites.deichbote.quiet]     # for one site
severity = "warning"
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flows.errors import SettingsError
from flows.health.model import SEVERITIES, Severity


@dataclass(frozen=True)
class Rule:
    """One rule: how bad it is, what it means, and its thresholds by name."""

    id: str
    severity: Severity
    meaning: str
    values: Mapping[str, float] = field(default_factory=dict)
    off: bool = False

    def __getitem__(self, name: str) -> float:
        return self.values[name]


DEFAULTS: tuple[Rule, ...] = (
    Rule("storage", "critical", "the lake can't be reached, read or written"),
    Rule("disk", "critical", "a disk of the lake or the spool is nearly full", {"share": 0.05, "gigabytes": 2}),
    Rule("pending", "critical", "a batch was decided and isn't in the tables yet", {"minutes": 30}),
    Rule("not_run", "critical", "no run for longer than usual", {"intervals": 4, "hours": 6}),
    Rule("failing", "critical", "the last runs failed, one after the other", {"runs": 2}),
    Rule("blocked", "critical", "the site refuses us or shows a bot check", {"share": 0.5, "more": 0.25, "tries": 4}),
    Rule(
        "unreadable", "warning", "pages come but no article is found in them", {"share": 0.4, "more": 0.25, "tries": 6}
    ),
    Rule(
        "layout",
        "warning",
        "the site's layout changed: learned templates no longer fit, or texts became short",
        {"templated": 0.5, "words": 0.5, "articles": 8},
    ),
    Rule("erring", "warning", "the site's servers answer with errors", {"share": 0.3, "more": 0.2, "tries": 6}),
    Rule("quiet", "critical", "no article for so long that several would be usual", {"expected": 8, "hours": 3}),
    Rule("thin", "warning", "far fewer articles than usual in 24 hours", {"share": 0.4, "expected": 15}),
    Rule("field", "warning", "a field that articles used to have is gone", {"usual": 0.6, "share": 0.5, "articles": 8}),
    Rule("late", "warning", "articles arrive much later than usual", {"factor": 3, "minutes": 90, "articles": 8}),
    Rule("backlog", "warning", "every run leaves more addresses for later", {"addresses": 50, "runs": 4}),
)  # fmt: skip
"""In the order of their telling: what comes first is more likely the cause of what comes after."""


@dataclass(frozen=True)
class Rules:
    """The rules in force: for all sites, and where a site has its own."""

    common: Mapping[str, Rule]
    by_site: Mapping[str, Mapping[str, Rule]] = field(default_factory=dict)

    def rule(self, name: str, site: str | None = None) -> Rule:
        """The rule as it holds for the site."""
        return self.by_site.get(site or "", {}).get(name, self.common[name])


DEFAULT_RULES = Rules({rule.id: rule for rule in DEFAULTS})


def load_rules(path: Path | None) -> Rules:
    """The defaults with what the file changes. Raises SettingsError, naming file and place, where it is wrong."""
    if path is None:
        return DEFAULT_RULES
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"alert rules {path}: {error}") from error
    sites = data.pop("sites", {})
    common = _changed(DEFAULT_RULES.common, data, str(path))
    if not isinstance(sites, dict):
        raise SettingsError(f"alert rules {path}: [sites.SITE.RULE] tables are expected")
    return Rules(common, {site: _changed(common, changes, f"{path}, sites.{site}") for site, changes in sites.items()})


def _changed(rules: Mapping[str, Rule], changes: Any, where: str) -> dict[str, Rule]:
    changed = dict(rules)
    if not isinstance(changes, dict):
        raise SettingsError(f"alert rules {where}: a table of rules is expected")
    for name, values in changes.items():
        if name not in rules:
            raise SettingsError(f"alert rules {where}: no rule is called {name!r}; there are {', '.join(rules)}")
        if not isinstance(values, dict):
            raise SettingsError(f"alert rules {where}: [{name}] must be a table")
        changed[name] = _one(rules[name], values, f"{where}, {name}")
    return changed


def _one(rule: Rule, values: dict[str, Any], where: str) -> Rule:
    rest = dict(values)
    off, severity = rest.pop("off", rule.off), rest.pop("severity", rule.severity)
    if not isinstance(off, bool):
        raise SettingsError(f"alert rules {where}: off must be true or false")
    if severity not in SEVERITIES:
        raise SettingsError(f"alert rules {where}: severity must be one of {', '.join(SEVERITIES)}")
    for name, value in rest.items():
        if name not in rule.values:
            known = ", ".join([*rule.values, "severity", "off"])
            raise SettingsError(f"alert rules {where}: {name!r} is unknown; there are {known}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise SettingsError(f"alert rules {where}: {name} must be a number, 0 or more")
    return replace(rule, off=off, severity=severity, values={**rule.values, **rest})

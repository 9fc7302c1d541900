"""Judge: the rules over what was measured of one site. Pure; findings say what, since when, why, and where to look."""

from collections.abc import Callable, Iterator, Mapping

from flows.health import content, crawling
from flows.health.measure import Facts
from flows.health.model import Finding
from flows.health.rules import DEFAULTS, Rule, Rules

CHECKS: Mapping[str, Callable[[Facts, Rule], Iterator[Finding]]] = {
    "not_run": crawling.not_run,
    "failing": crawling.failing,
    "blocked": crawling.blocked,
    "unreadable": crawling.unreadable,
    "erring": crawling.erring,
    "backlog": crawling.backlog,
    "layout": content.layout,
    "quiet": content.quiet,
    "thin": content.thin,
    "field": content.field,
    "late": content.late,
}
"""What each rule about a site looks for; the other rules concern the lake as a whole."""

CONSEQUENCES: Mapping[str, frozenset[str]] = {
    "blocked": frozenset({"failing", "quiet", "thin", "late"}),
    "failing": frozenset({"erring", "quiet", "thin", "late", "backlog"}),
    "not_run": frozenset({"quiet", "thin", "late"}),
    "layout": frozenset({"unreadable", "thin"}),
    "unreadable": frozenset({"quiet", "thin"}),
    "erring": frozenset({"quiet", "thin"}),
    "quiet": frozenset({"thin"}),
}
"""What follows from a trouble isn't told beside it: one cause, one alert. What is silenced silences nothing."""


def judge(facts: Facts, rules: Rules) -> list[Finding]:
    """The findings on one site, causes before their effects."""
    found: list[Finding] = []
    silenced: set[str] = set()
    order = [*CONSEQUENCES, *(rule.id for rule in DEFAULTS if rule.id not in CONSEQUENCES)]
    for name in order:
        check, rule = CHECKS.get(name), rules.rule(name, facts.health.site)
        if check is None or rule.off or name in silenced:
            continue
        told = list(check(facts, rule))
        if told:
            silenced |= CONSEQUENCES.get(name, frozenset())
        found += told
    place = [rule.id for rule in DEFAULTS]
    return sorted(found, key=lambda finding: place.index(finding.rule))

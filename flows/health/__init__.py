"""Health of the lake: what is usual for each site, what broke, since when, and where to look. Pure over its tables."""

from flows.health.assess import assess, assess_root
from flows.health.model import Day, Finding, Health, SiteHealth
from flows.health.rules import DEFAULT_RULES, Rules, load_rules

__all__ = ["DEFAULT_RULES", "Day", "Finding", "Health", "Rules", "SiteHealth", "assess", "assess_root", "load_rules"]

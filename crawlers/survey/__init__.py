"""Looking at a site: what it announces its articles with, written as a declaration; and whether one still holds."""

from crawlers.survey.check import check, look_at_sources, newest_leads
from crawlers.survey.declaration import declaration_path, declaration_toml, proposed_id
from crawlers.survey.look import Survey, survey
from crawlers.survey.sources import Fetcher, Problem, SourceReport, look_at_source

__all__ = [
    "Fetcher",
    "Problem",
    "SourceReport",
    "Survey",
    "check",
    "declaration_path",
    "declaration_toml",
    "look_at_source",
    "look_at_sources",
    "newest_leads",
    "proposed_id",
    "survey",
]

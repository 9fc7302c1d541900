"""A survey written as a declaration."""

import json
import re
from collections.abc import Container, Mapping
from pathlib import Path

from crawlers.declarations import SOURCE_FIELDS
from crawlers.survey.look import Survey
from crawlers.survey.sources import SourceReport
from crawlers.urlkey import host_of, registered_domain


def proposed_id(host: str, taken: Container[str] = ()) -> str:
    """An id for a site, from its host without `www` and public suffix: `bbc`, `de-euronews`; one that isn't taken."""
    host = host.lower().removeprefix("www.")
    domain = registered_domain(host)
    name, _, suffix = (domain, "", "") if domain.replace(".", "").isdigit() else domain.partition(".")
    labels = [*host.removesuffix(domain).strip(".").split("."), name]
    short = _id("-".join(label for label in labels if label))
    for candidate in (short, _id(f"{short}-{suffix}")):
        if candidate not in taken:
            return candidate
    return next(numbered for n in range(2, 10_000) if (numbered := f"{short}-{n}") not in taken)


def declaration_path(survey: Survey, directory: Path, taken: Container[str] = ()) -> Path:
    """Where the survey's declaration belongs: `<directory>/<country>/<id>.toml`. `taken`: ids already in use."""
    return directory / survey.country / f"{proposed_id(host_of(survey.url), taken)}.toml"


def declaration_toml(survey: Survey, *, settings: Mapping[str, str | int | float | bool] | None = None) -> str:
    """Text of the declaration. `settings`: further fields of `Site`, such as `delay`.

    Raises ValueError where the survey found no source to declare.
    """
    declared = survey.declared
    if not declared:
        raise ValueError(f"{survey.url}: nothing found that names articles")
    lines = [f"name = {_text(survey.name)}", f"url = {_text(survey.url)}"]
    guessed = "guessed from its words" if survey.language else "not stated by the site"
    unsure = "" if survey.language_stated else f"  # {guessed}: please check"
    lines.append(f"language = {_text(survey.language or 'en')}{unsure}")
    for field in SOURCE_FIELDS:
        if field in declared:
            lines += [
                f"{field} = [",
                *(f"    {_text(report.url)},  # {_yield(report)}" for report in declared[field]),
                "]",
            ]
    if survey.sitemaps and "sitemaps" not in declared:
        lines.append("# The whole archive, for backfills:")
        lines += ["# sitemaps = [", *(f"#     {_text(report.url)}," for report in survey.sitemaps), "# ]"]
    lines += [f"{name} = {_value(value)}" for name, value in (settings or {}).items()]
    lines.append("verified = true")
    return "\n".join(lines) + "\n"


def _yield(report: SourceReport) -> str:
    newest = f", newest of {report.newest:%Y-%m-%d}" if report.newest else ""
    hub = f", WebSub hub {report.hub}" if report.hub else ""
    return f"{report.format}, {len(report.leads)} articles{newest}{hub}"


def _id(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-") or "site"


def _value(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value) if isinstance(value, str) else repr(value)


def _text(text: str) -> str:
    """A TOML basic string: JSON's, without the control characters that only TOML forbids."""
    return json.dumps(re.sub("[\x7f-\x9f]", "", text), ensure_ascii=False)

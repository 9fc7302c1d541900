"""`presslake status`: what broke, since when, why, and the command that looks closer."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from flows import alerts
from flows.cli.progress import console_for
from flows.cli.query import plain
from flows.errors import SettingsError
from flows.health import Finding, Health, SiteHealth, assess_root
from flows.health.words import duration, minutes, number, seconds
from flows.report.charts import level
from flows.settings import Settings

_MARKS = {"critical": "[red]◆[/]", "warning": "[yellow]▲[/]", "ok": "[green]✓[/]", "learning": "[blue]○[/]"}
_STRIP = 21
_SLOWEST = 3
_LEVELS = {"full": ("█", "blue"), "less": ("▆", "blue"), "few": ("▃", "yellow"), "zero": ("▁", "red")}


@click.command()
@click.argument("sites", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print one object: findings and, per site, days and figures.")
@click.option("--alert", is_flag=True, help="Send alerts (PRESSLAKE_ALERT_WEBHOOK) for what is new or gone.")
@click.option("--metrics", type=click.Path(path_type=Path, dir_okay=False), help="Write metrics for Prometheus, too.")
@click.pass_obj
def command(settings: Settings, sites: tuple[str, ...], as_json: bool, alert: bool, metrics: Path | None) -> None:
    """Show how the sites do: what broke first, then each site against what is usual for it.

    \b
    presslake status                    all sites, the worst first
    presslake status tagesschau         one site, with its last days
    presslake status --alert            tell the webhook what is new (for cron, after the runs)

    Exit status: 0 all well, 1 something is broken, 3 there are warnings.
    """  # noqa: D301 - click wants the character \b itself
    wanted = alerts.from_environment()
    health, lake = assess_root(
        settings.lake, rules=wanted.rules, sites=sites or None, spool=settings.spool, probe=alert
    )
    unknown = set(sites) - {site.site for site in health.sites}
    if unknown and not health.findings:
        raise SettingsError(f"no run of {', '.join(sorted(unknown))} is in the lake; crawl it with: presslake ingest")
    if alert:
        if sites:
            raise SettingsError("--alert looks at all sites: with some only, the others would count as resolved")
        alerts.send_alerts(lake, health, wanted)
    if metrics:
        from flows.metrics import write_textfile

        write_textfile(health, metrics)
    if as_json:
        click.echo(json.dumps(health.to_dict(), default=plain, indent=1))
    else:
        print_health(console_for(as_json), health, bool(sites))
    click.get_current_context().exit({"ok": 0, "critical": 1, "warning": 3}[health.state])


def print_health(console: Console, health: Health, closely: bool = False) -> None:
    """The findings, then a line a site; `closely`: with the days of each."""
    if not health.sites and not health.findings:
        console.print(
            f"no crawl is in the lake at {escape(health.lake)} yet; begin with: presslake ingest", soft_wrap=True
        )
        return
    told = [finding for finding in health.all_findings if finding.severity != "info"]
    for finding in told:
        _print_finding(console, finding, health)
    if not told and all(site.state == "learning" for site in health.sites):
        console.print("[blue]○[/] nothing broke; what is usual is known after five whole days of runs")
    elif not told:
        console.print("[green]✓[/] all as usual")
    table = Table(header_style="bold", box=None, padding=(0, 2, 0, 0))
    for name, justify in (("site", "left"), (f"last {_STRIP} days", "left"), ("24 h", "right"), ("usual", "right"),
                          ("latency", "right"), ("last run", "right")):  # fmt: skip
        table.add_column(name, justify="right" if justify == "right" else "left", no_wrap=True)
    for site in health.sites:
        ago = (health.at - site.last_run).total_seconds() / 3600 if site.last_run else None
        table.add_row(
            f"{_MARKS[site.state]} {escape(site.site)}",
            _strip(site),
            str(site.recent),
            number(site.recent_usual) if site.recent_usual is not None else "–",
            minutes(site.latency),
            f"{duration(ago)} ago" if ago is not None else "–",
        )
    console.print(table)
    if slow := [(site, stage, took) for site, stage, took in health.slowest(_SLOWEST) if took >= 1]:
        told_slow = ", ".join(f"{escape(site)} {stage} {seconds(took)}" for site, stage, took in slow)
        console.print(f"[dim]slowest stages of a run: {told_slow}[/]", soft_wrap=True)
    if closely:
        for site in health.sites:
            _print_days(console, site)
            if site.stages:
                took = ", ".join(f"{stage} {seconds(value)}" for stage, value in site.stages.items())
                console.print(f"a run takes: {took}\n", soft_wrap=True)


def _print_finding(console: Console, finding: Finding, health: Health) -> None:
    since = f"  [dim]since {duration((health.at - finding.since).total_seconds() / 3600)}[/]" if finding.since else ""
    where = f"{escape(finding.site)}: " if finding.site else ""
    console.print(f"{_MARKS[finding.severity]} [bold]{where}{escape(finding.title)}[/]{since}", soft_wrap=True)
    console.print(f"  [dim]{escape(finding.detail)}[/]\n  likely: {escape(finding.cause)}", soft_wrap=True)
    console.print(f"  look:   {escape(finding.look)}\n", soft_wrap=True)


def _strip(site: SiteHealth) -> Text:
    """The site's days as small bars against what is usual; `·` is a day without a run, `?` one without history."""
    text = Text()
    for day in site.days[-_STRIP:]:
        kind = level(day)[0].removeprefix("today ")
        text.append(*_LEVELS.get(kind, ("·" if kind == "none" else "?", "dim")))
    return text


def _print_days(console: Console, site: SiteHealth) -> None:
    table = Table(title=site.site, title_justify="left", header_style="bold", box=None, padding=(0, 2, 0, 0))
    for name in ("day", "articles", "usual", "copies", "words", "latency", "runs", "outcomes"):
        table.add_column(name, justify="left" if name in ("day", "outcomes") else "right")
    for day in site.days[-10:]:
        listed = sorted(day.outcomes.items(), key=lambda item: -item[1])
        runs = f"{day.runs}, {day.failed} failed" if day.failed else str(day.runs)
        table.add_row(
            f"{day.date:%a %Y-%m-%d}", str(day.articles), number(day.usual) if day.usual is not None else "–",
            str(day.copies), number(day.words) if day.words is not None else "–", minutes(day.latency), runs,
            ", ".join(f"{count} {outcome}" for outcome, count in listed),
        )  # fmt: skip
    console.print(table)

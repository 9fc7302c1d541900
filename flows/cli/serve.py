"""`presslake serve`: schedules, UI and backfills on one machine."""

import os

import click
from rich.console import Console
from rich.markup import escape

from crawlers.declarations import load_sites
from flows.cli.progress import console_for
from flows.deployments import SKIP, Deployment, deployments, group_of
from flows.errors import SettingsError
from flows.lake import open_lake
from flows.serve.supervisor import Supervisor
from flows.settings import Settings


@click.command()
@click.option("--port", default=4200, show_default=True, help="Port of the server and its UI.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address it listens on.")
@click.option(
    "--runs", default=4, show_default=True, type=click.IntRange(2), help="Most runs at once; one may be a backfill."
)
@click.pass_obj
def command(settings: Settings, port: int, host: str, runs: int) -> None:
    """Run everything on schedule: starts a Prefect server with its UI and serves the deployments.

    Each site is crawled at the cadence its declaration names. A run that is still going is not doubled; what was
    missed while nothing ran is caught up once. In the UI, the deployment `backfill` has a form. Stop it with Ctrl-C.

    Where PREFECT_API_URL names a Prefect server, that one is used and none is started.
    """
    console = console_for(as_json=False)
    open_lake(settings.lake)  # says now, and not in the first run, if it can't be reached
    sites = load_sites(settings.sites)
    if not sites:
        raise SettingsError("no sites are declared; write one with: presslake sites add URL")
    console.print(f"{len(sites)} sites, lake {escape(settings.lake)}")
    for deployment in deployments(sites.values()):
        count = sum(group_of(site) == _group(deployment) for site in sites.values())
        _tell(console, deployment, count)
    environment = dict(os.environ) | {"PRESSLAKE_LAKE": _absolute(settings.lake)}
    if settings.sites:
        environment["PRESSLAKE_SITES"] = str(settings.sites.absolute())

    def say(text: str) -> None:
        console.print(escape(text), soft_wrap=True)

    supervisor = Supervisor(say, host, port, runs, environment)
    try:
        supervisor.run()
    except KeyboardInterrupt:
        raise click.exceptions.Abort from None


def _group(deployment: Deployment) -> tuple[str, str]:
    return str(deployment.parameters.get("cadence")), str(deployment.parameters.get("zone"))


def _tell(console: Console, deployment: Deployment, sites: int) -> None:
    if deployment.cadence is None:
        console.print(f"  {deployment.flow}/{deployment.name}: when you ask for it, in the UI or with run_deployment")
        return
    overlap = "a run still going is not doubled" if deployment.overlap == SKIP else "one after the other"
    when = deployment.cadence.text if deployment.cadence.every else f"{deployment.cadence.text} {deployment.zone}"
    console.print(f"  {deployment.flow}/{deployment.name}: {sites} sites, {escape(when)}; {overlap}")


def _absolute(lake: str) -> str:
    return lake if "://" in lake else os.path.abspath(os.path.expanduser(lake))  # noqa: PTH100, PTH111

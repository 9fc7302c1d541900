"""`presslake takedown`: remove an article or a site for good."""

import json
from dataclasses import asdict

import click
from rich.markup import escape

from flows.cli.progress import console_for
from flows.lake import open_lake
from flows.lake.takedown import takedown
from flows.settings import Settings


@click.command()
@click.argument("target", metavar="URL|SITE")
@click.option("--reason", default="", help="For the ledger: who asked, a reference. Readers see it; no content here.")
@click.option(
    "--purge",
    is_flag=True,
    help="Remove earlier versions now; crawls may run, maintenance may not. Time travel to before it ends.",
)
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def command(settings: Settings, target: str, reason: str, purge: bool, yes: bool, as_json: bool) -> None:
    """Remove an article (by its URL) or all of a site (by its id) from tables, archive and export, for good.

    It is not published again; state/takedowns/ keeps a ledger without content, tables/_TAKEDOWNS.jsonl tells readers.
    Without --purge, earlier versions of the tables hold the rows until `presslake maintain` removes them (7 days).
    Archived pages of other articles keep the teasers they show; copies at other sites stay, and are listed.
    Exports outside of the lake must be written anew with `presslake export DESTINATION --keep 1`.
    """
    is_url = "://" in target
    if not yes:
        click.confirm(f"Remove {target if is_url else f'all of site {target}'} from {settings.lake}?", abort=True)
    lake = open_lake(settings.lake)
    done = takedown(lake, url=target if is_url else None, site=None if is_url else target, reason=reason, purge=purge)
    console = console_for(as_json)
    console.print(
        f"  {done.articles} articles removed, {done.pages} pages and {done.sources} feeds or sitemaps erased from the "
        f"archive{', export written anew' if done.export_renewed else ''}; blocked from now on"
    )
    for url in done.copies:
        console.print(escape(f"  the same words stay at {url}"))
    if not done.purged:
        console.print("  earlier versions go with `presslake maintain`, a week after this; --purge does it now")
    if as_json:
        click.echo(json.dumps(asdict(done), indent=1))

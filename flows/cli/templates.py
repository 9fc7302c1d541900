"""`presslake templates`: what was learned of the sites' layouts."""

import click

from flows.errors import PresslakeError
from flows.lake import open_lake
from flows.lake.templates import load_templates, template_sites
from flows.settings import Settings


@click.group()
def command() -> None:
    """Show the site templates that were learned: where each site's stories stand, what repeats around them.

    They are learned by every ingest from a site's own pages, and used once they agree with the generic extraction.
    """


@command.command("list")
@click.pass_obj
def list_templates(settings: Settings) -> None:
    """List the sites with templates, and whether these are trusted."""
    lake = open_lake(settings.lake)
    for site in template_sites(lake):
        book = load_templates(lake, site)
        versions = list(book)
        trusted = len(book.trusted(site))
        click.echo(f"{site:<24} {len(versions)} version{'s' * (len(versions) != 1)}, {trusted} trusted")


@command.command("show")
@click.argument("site")
@click.pass_obj
def show_template(settings: Settings, site: str) -> None:
    """Show a site's templates in words, the newest version last."""
    from crawlers.extract.templates.render import render

    versions = list(load_templates(open_lake(settings.lake), site))
    if not versions:
        raise PresslakeError(f"no template of {site} in the lake; known are those of: presslake templates list")
    click.echo("\n\n".join(render(version) for version in versions))

"""The page: whole, self-contained, escaped; every trouble is on it."""

from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from flows.health import Finding, Health
from flows.lake import Lake, open_lake
from flows.report import LATEST, render, write_report
from tests.flows.health.conftest import END
from tests.flows.health.simulated import NEWSROOMS

VOID = {"meta", "i", "br"}


class _Reader(HTMLParser):
    """Collects tags with their attributes; checks that what is opened is closed, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        pass


@pytest.fixture(scope="module")
def page(health: Health) -> str:
    return render(health)


def test_every_tag_is_closed(page: str) -> None:
    assert _Reader(page).open == []


def test_nothing_is_loaded_and_nothing_runs(page: str) -> None:
    for tag, attributes in _Reader(page).tags:
        assert tag not in ("script", "link", "img", "iframe", "object")
        assert not any(name.startswith("on") or name == "src" for name in attributes)
        assert (attributes.get("href") or "#").startswith("#")


def test_charts_are_xml_that_a_browser_draws(page: str) -> None:
    charts = page.split("<svg ")[1:]
    assert len(charts) > 60
    for chart in charts:
        ElementTree.fromstring("<svg " + chart.split("</svg>")[0] + "</svg>")


@pytest.mark.parametrize("room", [room for room in NEWSROOMS if room.event], ids=lambda room: room.site)
def test_each_trouble_has_a_card_with_a_chart_shaded_where_it_began(page: str, room: object) -> None:
    cards = page.split('<article class="card')[1:]
    (card,) = [card.split("</article>")[0] for card in cards if f"#site-{room.site}" in card.split("</header>")[0]]  # type: ignore[attr-defined]
    assert "Likely:" in card
    assert "presslake " in card
    assert ('class="broken"' in card) is (room.event != "backlog")  # type: ignore[attr-defined]


def test_the_slowest_stages_are_told(page: str) -> None:
    (sheet,) = [part.split("<h2>Each site")[0] for part in page.split('<h2 id="stages">')[1:]]
    rows = sheet.split('<div class="row">')[1:]
    assert len(rows) == 6
    assert "slow-standard" in rows[0]
    assert "<b>extract " in rows[0]
    assert all("<b>fetch " in row for row in rows[1:])


def test_links_lead_to_details(page: str) -> None:
    tags = _Reader(page).tags
    ids = {attributes["id"] for _, attributes in tags if attributes.get("id")}
    links = {str(attributes["href"])[1:] for tag, attributes in tags if tag == "a"}
    assert links <= ids
    assert len(links) == len(NEWSROOMS)


def test_what_sites_say_is_escaped(health: Health) -> None:
    bad = "<script>alert('x')</script>&\"\x00"
    finding = Finding("failing", "critical", health.sites[0].site, bad, bad, bad, bad)
    site = replace(health.sites[0], findings=[finding], last_problem=bad, copies_of=[(bad, 3)], template=bad)
    page = render(Health(bad, END, [site], [replace(finding, site=None)]))
    assert "<script" not in page
    assert _Reader(page).open == []


def test_an_empty_lake_and_a_calm_one_have_pages(health: Health) -> None:
    assert "No run yet" in render(Health("file:///x", END, []))
    young = [site for site in health.sites if site.state == "learning"]
    assert "Too little history to judge yet" in render(Health("file:///x", END, young))
    calm = [site for site in health.sites if not site.findings]
    assert f"All {len(calm)} sites are as usual" in render(Health("file:///x", END, calm))


def test_it_is_written_into_the_lake_on_disk_and_s3(lake: Lake, health: Health) -> None:
    name = write_report(lake, health=health)
    assert name == f"reports/{END:%Y-%m-%d}.html"
    assert lake.store.get(name) == lake.store.get(LATEST) == render(health).encode()
    write_report(lake, at=END + timedelta(days=1))
    assert list(lake.store.names("reports/")) == sorted([name, "reports/2026-11-25.html", LATEST])


def test_a_lake_that_fails_has_a_report_that_says_so(tmp_path: object) -> None:
    lake = open_lake(f"{tmp_path}/lake")
    lake.store.put("tables/runs/_delta_log/00000000000000000000.json", b"spoilt")
    write_report(lake, at=END)
    assert "be used</h1>" in (lake.store.get(LATEST) or b"").decode()

"""The demo web as a crawler meets it: addresses, validators, hosts, robots rules, moments."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urldefrag, urljoin

import pytest
from lxml import etree
from protego import Protego

from crawlers.declarations import Site, load_sites
from infra.demo import SITES, DemoWeb, NewsWeb
from infra.demo.expected import expected_articles, expected_leads
from infra.demo.newsrooms import newsroom, newsrooms
from schemas import Outcome
from tests.infra.client import ask

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
FERRY = "http://www.harbour-broadcast.example/news/2026/03/02/night-ferry-returns"
SEAGRASS = "http://www.harbour-broadcast.example/news/2026/03/02/seagrass-survey"
LIBRARY = "http://www.harbour-broadcast.example/news/2026/03/02/library-saturdays"


@pytest.fixture
def web() -> Iterator[DemoWeb]:
    with DemoWeb(now=NOW) as web:
        yield web


def listed(web: DemoWeb, site: Site) -> list[str]:
    """The addresses in a site's feed or sitemap, without fragments."""
    (source,) = site.feeds + site.news_sitemaps
    tree = etree.fromstring(ask(web.proxy_url, source).body)
    links = tree.xpath("//item/link/text() | //*[local-name()='url']/*[local-name()='loc']/text()")
    links += tree.xpath("//*[local-name()='entry']/*[local-name()='link'][@rel='alternate']/@href")
    return [urldefrag(urljoin(source, link)).url for link in links]


def test_declarations_cover_the_newsrooms() -> None:
    sites = load_sites(SITES)
    rooms = {room.id: room for room in newsrooms().values()}
    assert sorted(sites) == sorted(rooms)
    for name, site in sites.items():
        assert (site.name, site.language, site.timezone) == (
            rooms[name].name,
            rooms[name].language,
            rooms[name].timezone,
        )
        assert site.feeds + site.news_sitemaps == (f"http://{rooms[name].host}{rooms[name].feed_path}",)


@pytest.mark.parametrize("moment", [1, 2])
def test_feeds_list_what_is_expected(web: DemoWeb, moment: int) -> None:
    web.go_to_moment(moment)
    leads = expected_leads(NOW, moment)
    for site in load_sites(SITES).values():
        assert sorted(listed(web, site)) == sorted(lead.url for lead in leads if lead.site == site.id)


@pytest.mark.parametrize("moment", [1, 2])
def test_every_listed_address_answers(web: DemoWeb, moment: int) -> None:
    web.go_to_moment(moment)
    statuses = {Outcome.GONE: 410, Outcome.SERVER_ERROR: 500, Outcome.OFF_SITE: 502}
    for lead in expected_leads(NOW, moment):
        reply = ask(web.proxy_url, lead.url)
        if reply.status == 301:
            reply = ask(web.proxy_url, reply.headers["location"])
        (first, *_) = lead.outcomes
        assert reply.status == statuses.get(first, 200), lead.url


@pytest.mark.parametrize("moment", [1, 2])
def test_lead_outcomes_agree_with_articles(moment: int) -> None:
    leads = expected_leads(NOW, moment)
    fetched = {Outcome.NEW, Outcome.REVISED, Outcome.UNCHANGED, Outcome.GONE}
    assert len(expected_articles(NOW, moment)) == sum(bool(lead.outcomes & fetched) for lead in leads)
    assert len(leads) == len({lead.url for lead in leads})


def test_pages_of_every_kind_are_there(web: DemoWeb) -> None:
    for room in newsrooms().values():
        sections = [room.section_path.format(section=section) for section in room.sections]
        for path in ("/", "/robots.txt", room.feed_path, *sections):
            assert ask(web.proxy_url, f"http://{room.host}{path}").status == 200, path
        assert ask(web.proxy_url, f"http://{room.host}/no/such/page").status == 404
    picture = ask(web.proxy_url, "http://www.deichbote.example/media/sperrwerk.png")
    assert picture.headers["content-type"] == "image/png"
    assert picture.body.startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "http://no-such-newsroom.example/",
        "http://harbour-broadcast.example.org/",
        "https://www.harbour-broadcast.example/",
        "http://127.0.0.1/",
        "/",
    ],
)
def test_other_hosts_are_refused(web: DemoWeb, url: str) -> None:
    assert ask(web.proxy_url, url).status == 502


def test_tunnels_are_refused(web: DemoWeb) -> None:
    assert ask(web.proxy_url, "www.deichbote.example:443", "CONNECT").status == 502


def test_head_has_no_body(web: DemoWeb) -> None:
    head, get = ask(web.proxy_url, FERRY, "HEAD"), ask(web.proxy_url, FERRY)
    assert head.body == b""
    assert int(head.headers["content-length"]) == len(get.body)


def test_gzip_only_for_those_who_ask(web: DemoWeb) -> None:
    plain, packed = ask(web.proxy_url, FERRY), ask(web.proxy_url, FERRY, Accept_Encoding="gzip, br")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_not_modified_until_it_is(web: DemoWeb) -> None:
    first = ask(web.proxy_url, SEAGRASS)
    conditions = {"If_None_Match": first.headers["etag"]}, {"If_Modified_Since": first.headers["last-modified"]}
    for condition in conditions:
        again = ask(web.proxy_url, SEAGRASS, **condition)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    web.go_to_moment(2)
    for condition in conditions:
        assert ask(web.proxy_url, SEAGRASS, **condition).status == 200


def test_etag_goes_before_date(web: DemoWeb) -> None:
    future = "Fri, 01 Jan 2100 00:00:00 GMT"
    assert ask(web.proxy_url, SEAGRASS, If_Modified_Since=future).status == 304
    assert ask(web.proxy_url, SEAGRASS, If_Modified_Since=future, If_None_Match='"old"').status == 200
    assert ask(web.proxy_url, SEAGRASS, If_Modified_Since="yesterday").status == 200


@pytest.mark.parametrize(
    ("site", "validators"),
    [
        ("harbour-broadcast", {"etag", "last-modified"}),
        ("deichbote", {"etag", "last-modified"}),
        ("tidewater-notes", {"etag"}),
        ("echo-du-canal", set()),
    ],
)
def test_validators_differ_by_site(web: DemoWeb, site: str, validators: set[str]) -> None:
    room = newsroom(site)
    urls = [f"http://{room.host}{room.feed_path}", room.url(room.stories(1)[-1], NOW)]
    for url in urls:
        assert {"etag", "last-modified"} & set(ask(web.proxy_url, url).headers) == validators


def test_robots_rules(web: DemoWeb) -> None:
    robots = {
        room.id: Protego.parse(ask(web.proxy_url, f"http://{room.host}/robots.txt").body.decode())
        for room in newsrooms().values()
    }
    assert robots["echo-du-canal"].crawl_delay("presslake") == 1
    assert list(robots["deichbote"].sitemaps) == ["http://www.deichbote.example/sitemap-news.xml"]
    for lead in expected_leads(NOW, 2):
        if lead.outcomes != {Outcome.OFF_SITE}:
            assert robots[lead.site].can_fetch(lead.url, "presslake") is (lead.outcomes != {Outcome.ROBOTS})


def test_bare_hosts_redirect(web: DemoWeb) -> None:
    reply = ask(web.proxy_url, FERRY.replace("www.", "") + "?utm_source=rss")
    assert (reply.status, reply.headers["location"]) == (301, FERRY + "?utm_source=rss")


def test_sloppy_site_lies_about_its_charset(web: DemoWeb) -> None:
    reply = ask(web.proxy_url, "http://echo-du-canal.example/article.php?rub=3&id=412")
    assert reply.headers["content-type"] == "text/html; charset=UTF-8"
    with pytest.raises(UnicodeDecodeError):
        reply.body.decode("utf-8")
    assert "84 000 €" in reply.body.decode("windows-1252")


def test_what_changes_between_the_moments(web: DemoWeb) -> None:
    before = {article.url: article for article in expected_articles(NOW, 1)}
    assert b"covers eleven hectares" in ask(web.proxy_url, SEAGRASS).body
    assert ask(web.proxy_url, LIBRARY).status == 200
    web.go_to_moment(2)
    after = {article.url: article for article in expected_articles(NOW, 2)}
    assert b"covers fourteen hectares" in ask(web.proxy_url, SEAGRASS).body
    assert ask(web.proxy_url, LIBRARY).status == 410
    assert {url for url, article in after.items() if article.revision == 2} == {
        SEAGRASS,
        "http://www.deichbote.example/kueste/sperrwerk-test-20409.html",
    }
    assert sorted(url.rsplit("/", 2)[-1] or url.rsplit("/", 2)[-2] for url in set(after) - set(before)) == [
        "gale-warning-desk",
        "inselbahn-winter-20423.html",
        "swing-bridge-stuck",
        "the-night-boat-is-back",
    ]
    assert set(before) < set(after)


def test_slow_page_is_slow() -> None:
    news = NewsWeb(NOW, moment=2)
    slow = [url for url in news.urls() if (answer := news.answer(url)) and answer.delay]
    assert slow == ["http://www.harbour-broadcast.example/news/2026/03/02/gale-warning-desk"]


def test_all_dates_are_past_and_the_moments_in_order() -> None:
    (start, end) = (expected_articles(NOW, moment) for moment in (1, 2))
    assert max(article.published_at for article in start) < NOW - timedelta(hours=3)
    known = {article.url for article in start}
    later = [article.published_at for article in end if article.url not in known]
    assert NOW - timedelta(hours=3) < min(later) < max(later) < NOW
    assert {article.modified_at for article in end if article.revision == 2} == {NOW}


def test_changes_are_dated_between_the_looks_of_a_crawler() -> None:
    lastmod = "//*[local-name()='loc'][contains(., 'sperrwerk')]/../*[local-name()='lastmod']/text()"
    with DemoWeb() as web:
        for moment in (1, 2):
            looked_before = datetime.now(UTC)
            web.go_to_moment(moment)
            tree = etree.fromstring(ask(web.proxy_url, "http://www.deichbote.example/sitemap-news.xml").body)
            modified = datetime.fromisoformat(tree.xpath(lastmod)[0])
            changed = [a for a in expected_articles(web.now, 2, web.changed_at) if "sperrwerk" in a.url]
        assert modified == web.changed_at == changed[0].modified_at
        assert looked_before < modified < datetime.now(UTC)
        web.go_to_moment(1)
        web.go_to_moment(2)
        assert web.changed_at == modified


def test_same_now_same_bytes() -> None:
    def everything(now: datetime) -> list[bytes]:
        news = NewsWeb(now)
        pages = []
        for news.moment in (1, 2):
            sources = [f"http://{room.host}{path}" for room in newsrooms().values() for path in ("/", room.feed_path)]
            pages += [answer.body for url in news.urls() + sources if (answer := news.answer(url))]
        return pages

    elsewhere = NOW.astimezone(newsroom("deichbote").zone)
    assert everything(NOW) == everything(elsewhere)
    assert everything(NOW) != everything(NOW + timedelta(days=1))


def test_default_clock_is_the_current_minute() -> None:
    now = NewsWeb().now
    assert (now.second, now.microsecond, now.tzinfo) == (0, 0, UTC)
    assert timedelta(0) <= datetime.now(UTC) - now < timedelta(minutes=2)


def test_requests_are_on_record(web: DemoWeb) -> None:
    etag = ask(web.proxy_url, FERRY, User_Agent="a crawler").headers["etag"]
    ask(web.proxy_url, FERRY, If_None_Match=etag)
    ask(web.proxy_url, "http://demo.admin.example/moment", "GET")
    ask(web.proxy_url, "http://example.org/x", "HEAD")
    assert [(r.method, r.url, r.status, r.user_agent, r.conditional) for r in web.requests] == [
        ("GET", FERRY, 200, "a crawler", False),
        ("GET", FERRY, 304, None, True),
        ("HEAD", "http://example.org/x", 502, None, False),
    ]


def test_admin_switches_the_moment(web: DemoWeb) -> None:
    admin = "http://demo.admin.example/moment"
    assert ask(web.proxy_url, f"{admin}/2", "POST").body == b"moment 2\n"
    assert ask(web.proxy_url, LIBRARY).status == 410
    for wrong in ("3", "0", "x", ""):
        assert ask(web.proxy_url, f"{admin}/{wrong}", "POST").status == 400
    assert ask(web.proxy_url, f"{admin}/1", "GET").body == b"moment 2\n"
    with pytest.raises(ValueError, match="1 to 2"):
        web.go_to_moment(3)


def test_a_taken_port_is_told(web: DemoWeb) -> None:
    with pytest.raises(OSError, match="in use"):
        DemoWeb(port=int(web.proxy_url.rsplit(":", 1)[1]))

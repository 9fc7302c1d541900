"""Pages written for the tests: a news site's article template, filled in."""

from datetime import UTC, datetime

from crawlers.model import Page

FETCHED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

PROSE = """\
The harbour board voted on Monday to rebuild the old breakwater, ending a dispute that has divided the town
for the better part of a decade.

Engineers had warned since the storms of two winters ago that the stones at the northern end were shifting,
and that another season of heavy seas could bring the whole wall down.

The mayor, who had opposed the plan until last autumn, said she had changed her mind after walking the wall at
low tide with the fishermen who depend on it.

Work is to begin in April and should take eighteen months, provided the quarry at the head of the valley can
deliver the granite in time.
""".strip().split("\n\n")
PROSE = [" ".join(paragraph.split()) for paragraph in PROSE]


def page(body: str | bytes, *, url: str = "https://www.harbournews.example/news/breakwater", **more: object) -> Page:
    """A page of the site `harbour` with the given body."""
    data = body.encode() if isinstance(body, str) else body
    values = {"site": "harbour", "url": url, "body": data, "fetched_at": FETCHED, "id": "1"} | more
    return Page(**values)  # type: ignore[arg-type]


def article(
    inside: str = "", *, title: str = "Town votes to rebuild breakwater", head: str = "", prose: list[str] | None = None
) -> str:
    """An article page; `inside` goes between the second and the third paragraph of the story."""
    text = PROSE if prose is None else prose
    paragraphs = [f"<p>{paragraph}</p>" for paragraph in text]
    story = "\n".join([*paragraphs[:2], inside, *paragraphs[2:]])
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title} | Harbour News</title>
<meta property="og:site_name" content="Harbour News">{head}</head>
<body><header class="site-header"><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
</header>
<main><article class="story"><h1 class="story__headline">{title}</h1>
<div class="story__body">
{story}
</div></article>
<aside class="sidebar"><h3>Most read</h3><ul><li><a href="/a">Ferry timetable changes from Sunday</a></li>
<li><a href="/b">Bakery on the quay to close after a century</a></li></ul></aside></main>
<footer class="site-footer"><p>Copyright 2026 Harbour News. All rights reserved.</p></footer></body></html>"""

"""Parts of a page that come late and hidden, put in their places as the page's script would."""

from crawlers.extract.markup.tree import parse
from crawlers.extract.markup.walk import segment


def texts(html: str) -> list[str]:
    tree = parse(f"<html><body>{html}</body></html>".encode())
    return [block.text for block in segment(tree) if not block.hidden]  # type: ignore[arg-type]


def test_a_late_part_takes_the_place_of_what_was_shown_meanwhile():
    page = (
        '<p>The board voted.</p><!--$?--><template id="B:0"></template><p>Loading …</p><!--/$--><p>Work begins.</p>'
        '<div hidden id="S:0"><p>The mayor spoke.</p><p>She was brief.</p></div><script>$RC("B:0","S:0")</script>'
    )
    assert texts(page) == ["The board voted.", "The mayor spoke.", "She was brief.", "Work begins."]


def test_a_late_part_may_have_a_place_for_another():
    page = (
        '<div><template id="B:0"></template><!--/$--></div>'
        '<div hidden id="S:0"><p>One.</p><template id="P:1"></template><p>Three.</p></div>'
        '<div hidden id="S:1"><p>Two.</p></div>'
    )
    assert texts(page) == ["One.", "Two.", "Three."]


def test_parts_without_a_place_and_places_without_a_part_stay():
    page = '<p>One.</p><template id="B:4"></template><p>Two.</p><div hidden id="S:7"><p>Three.</p></div>'
    assert texts(page) == ["One.", "Two."]

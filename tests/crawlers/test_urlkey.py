"""One article, one key: pairs of addresses that are the same article, and pairs that are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.urlkey import article_id, article_key, host_of, registered_domain, same_site, url_key

STORY = "https://paper.example.com/politics/budget-vote-delayed"

SAME = [
    # Scheme, host, port.
    ("http://paper.example.com/politics/budget-vote-delayed", STORY),
    ("//paper.example.com/politics/budget-vote-delayed", STORY),
    ("paper.example.com/politics/budget-vote-delayed", STORY),
    ("HTTPS://Paper.Example.COM/politics/budget-vote-delayed", STORY),
    ("https://paper.example.com:443/politics/budget-vote-delayed", STORY),
    ("http://paper.example.com:80/politics/budget-vote-delayed", STORY),
    ("https://paper.example.com:/politics/budget-vote-delayed", STORY),
    ("https://paper.example.com./politics/budget-vote-delayed", STORY),
    ("https://reader:secret@paper.example.com/politics/budget-vote-delayed", STORY),
    ("https://www.daily.org/a/story-12345", "https://daily.org/a/story-12345"),
    ("https://www2.daily.org/a/story-12345", "https://daily.org/a/story-12345"),
    ("https://www.news.daily.co.uk/a/story-12345", "https://news.daily.co.uk/a/story-12345"),
    ("https://m.daily.org/a/story-12345", "https://www.daily.org/a/story-12345"),
    ("https://mobile.daily.org/a/story-12345", "https://www.daily.org/a/story-12345"),
    ("https://mobil.daily.de/a/story-12345", "https://www.daily.de/a/story-12345"),
    ("https://wap.daily.cn/a/story-12345", "https://www.daily.cn/a/story-12345"),
    ("https://touch.daily.org/a/story-12345", "https://www.daily.org/a/story-12345"),
    ("https://amp.daily.org/a/story-12345", "https://www.daily.org/a/story-12345"),
    ("https://print.daily.org/a/story-12345", "https://www.daily.org/a/story-12345"),
    ("https://en.m.daily.org/a/story-12345", "https://en.daily.org/a/story-12345"),
    ("https://name.blogspot.de/2019/05/post.html", "https://name.blogspot.com/2019/05/post.html"),
    ("https://name.blogspot.co.uk/2019/05/post.html?m=1", "http://name.blogspot.com/2019/05/post.html"),
    ("https://bücherschau.de/neu/roman-des-jahres", "https://xn--bcherschau-9db.de/neu/roman-des-jahres"),
    ("https://BÜCHERSCHAU.de/neu/roman-des-jahres", "https://bücherschau.de/neu/roman-des-jahres"),
    ("https://новости.рф/a/12345", "https://xn--b1amnebsh.xn--p1ai/a/12345"),
    ("https://b%C3%BCcherschau.de/neu/roman-des-jahres", "https://bücherschau.de/neu/roman-des-jahres"),
    # Path.
    (STORY + "/", STORY),
    (STORY + "//", STORY),
    ("https://paper.example.com//politics//budget-vote-delayed", STORY),
    ("https://paper.example.com/sport/../politics/./budget-vote-delayed", STORY),
    (STORY + "/index.html", STORY),
    (STORY + "/index.php", STORY),
    (STORY + "/default.aspx", STORY),
    ("https://daily.org", "https://www.daily.org/"),
    ("https://daily.org/index.html", "https://www.daily.org/"),
    ("https://daily.org/story-12345;jsessionid=0AF3", "https://daily.org/story-12345"),
    ("https:\\\\daily.org\\politics\\story-12345", "https://daily.org/politics/story-12345"),
    (" \n" + STORY + "\t", STORY),
    ("https://paper.example.com/politics/\nbudget-vote-delayed", STORY),
    # Percent-encoding and Unicode.
    ("https://daily.org/%7Ename/story%2D12345", "https://daily.org/~name/story-12345"),
    ("https://daily.org/a%e4b/story-1", "https://daily.org/a%E4b/story-1"),
    ("https://daily.org/straße-gesperrt", "https://daily.org/stra%C3%9Fe-gesperrt"),
    ("https://daily.org/新闻/标题", "https://daily.org/%E6%96%B0%E9%97%BB/%e6%a0%87%e9%a2%98"),
    ("https://daily.org/cafe\u0301-closed", "https://daily.org/caf\u00e9-closed"),
    ("https://daily.org/caf%65%CC%81-closed", "https://daily.org/caf%C3%A9-closed"),
    ("https://daily.org/a b", "https://daily.org/a%20b"),
    ("https://daily.org/100%-sure", "https://daily.org/100%25-sure"),
    ("https://daily.org/s?q=a+b", "https://daily.org/s?q=a%20b"),
    # Fragments.
    (STORY + "#comments", STORY),
    (STORY + "#", STORY),
    (STORY + "#:~:text=budget", STORY),
    (STORY + "#xtor=RSS-1", STORY),
    # AMP.
    (STORY + "/amp", STORY),
    (STORY + "/amp/", STORY),
    (STORY + "?amp", STORY),
    (STORY + "?amp=1", STORY),
    (STORY + "?outputType=amp", STORY),
    (STORY + ".amp", STORY),
    ("https://daily.org/a/story-12345.amp.html", "https://daily.org/a/story-12345.html"),
    ("https://daily.org/a/story-12345~amp.html", "https://daily.org/a/story-12345.html"),
    ("https://daily.org/a/story-12345-amp.html", "https://daily.org/a/story-12345.html"),
    ("https://daily.org/amp/a/story-12345", "https://daily.org/a/story-12345"),
    ("https://daily.org/news/amp/world-12345", "https://daily.org/news/world-12345"),
    ("https://paper-example-com.cdn.ampproject.org/c/s/paper.example.com/politics/budget-vote-delayed", STORY),
    (
        "https://paper-example-com.cdn.ampproject.org/v/s/paper.example.com/politics/budget-vote-delayed/amp?amp_js_v=0.1&usqp=mq33",
        STORY,
    ),
    ("https://cdn.ampproject.org/c/paper.example.com/politics/budget-vote-delayed", STORY),
    ("https://www.google.com/amp/s/paper.example.com/politics/budget-vote-delayed", STORY),
    ("https://www.google.co.uk/amp/paper.example.com/politics/budget-vote-delayed", STORY),
    ("https://paper-example-com.bing-amp.com/c/s/paper.example.com/politics/budget-vote-delayed", STORY),
    # Print and mobile forms.
    (STORY + "/print", STORY),
    (STORY + "?print=1", STORY),
    (STORY + "?print", STORY),
    (STORY + "?view=print", STORY),
    (STORY + "?pagewanted=all", STORY),
    (STORY + "?mobile=true", STORY),
    (STORY + "?view=mobile", STORY),
    ("https://daily.org/a/story-12345-druck.html", "https://daily.org/a/story-12345.html"),
    # Tracking and sharing.
    (STORY + "?", STORY),
    (STORY + "?&", STORY),
    (STORY + "?utm_source=rss&utm_medium=feed&utm_campaign=x", STORY),
    (STORY + "?amp;utm_source=rss&amp;utm_medium=feed", STORY),
    (STORY + "?UTM_Source=rss", STORY),
    (STORY + "?fbclid=IwAR0", STORY),
    (STORY + "?gclid=1&gbraid=2&wbraid=3", STORY),
    (STORY + "?at_medium=RSS&at_campaign=KARANGA", STORY),
    (STORY + "?ns_mchannel=rss&ns_source=x", STORY),
    (STORY + "?cmp=rss", STORY),
    (STORY + "?srsltid=AfmBOor5vhg7", STORY),
    (STORY + "?r=rss", STORY),
    (STORY + "?CMP=share_btn_tw", STORY),
    (STORY + "?xtor=RSS-3208", STORY),
    (STORY + "?wt_mc=rss.red", STORY),
    (STORY + "?mc_cid=1&mc_eid=2", STORY),
    (STORY + "?share=twitter&nb=1", STORY),
    (STORY + "?replytocom=77#respond", STORY),
    (STORY + "?__twitter_impression=true", STORY),
    (STORY + "?smid=tw-share", STORY),
    (STORY + "?ref=hp", STORY),
    (STORY + "?source=rss", STORY),
    (STORY + "?from=article_link", STORY),
    (STORY + "?cid=homepage", STORY),
    (STORY + "?PHPSESSID=abc", STORY),
    (STORY + "?_=1700000000", STORY),
    ("https://daily.org/read.php?id=7&utm_source=x", "https://daily.org/read.php?id=7"),
    # The order and repetition of parameters.
    ("https://daily.org/read.php?id=7&part=2", "https://daily.org/read.php?part=2&id=7"),
    ("https://daily.org/read.php?id=7&id=7", "https://daily.org/read.php?id=7"),
]

DIFFERENT = [
    # One parameter tells them apart.
    ("https://daily.org/?p=101", "https://daily.org/?p=102"),
    ("https://daily.org/?p=101", "https://daily.org/"),
    ("https://daily.org/read.php?id=7", "https://daily.org/read.php?id=8"),
    ("https://daily.org/read.php?cid=7", "https://daily.org/read.php?cid=8"),
    ("https://daily.org/read.php?sid=7", "https://daily.org/read.php?sid=8"),
    ("https://daily.org/read.php?s=7", "https://daily.org/read.php?s=8"),
    ("https://daily.org/read.php?t=7", "https://daily.org/read.php?t=8"),
    ("https://daily.org/read.php?ref=7", "https://daily.org/read.php?ref=8"),
    ("https://daily.org/index.php?r=news/7", "https://daily.org/index.php?r=news/8"),
    ("https://daily.org/news.asp?source=7", "https://daily.org/news.asp?source=8"),
    ("https://daily.org/news?from=7", "https://daily.org/news?from=8"),
    ("https://daily.org/node?nid=7", "https://daily.org/node?nid=8"),
    ("https://daily.org/article?article_id=7", "https://daily.org/article?article_id=8"),
    ("https://daily.org/story?storyId=7", "https://daily.org/story?storyId=8"),
    ("https://daily.org/story?storyId=a", "https://daily.org/story?storyId=A"),
    ("https://daily.org/news_detail?newsid=7", "https://daily.org/news_detail?newsid=8"),
    ("https://daily.org/view?doc=7", "https://daily.org/view?doc=8"),
    ("https://daily.org/article.aspx?ID=7", "https://daily.org/article.aspx?ID=8"),
    ("https://daily.org/index.php?page=7", "https://daily.org/index.php?page=8"),
    ("https://daily.org/index.php?option=com_content&id=7", "https://daily.org/index.php?option=com_content&id=8"),
    ("https://daily.org/cgi-bin/news.cgi?7", "https://daily.org/cgi-bin/news.cgi?8"),
    ("https://daily.org/news?20240101", "https://daily.org/news?20240102"),
    ("https://daily.org/watch?v=aaaaaaaaaaa", "https://daily.org/watch?v=bbbbbbbbbbb"),
    ("https://daily.org/watch?v=aaa", "https://daily.org/watch?v=AAA"),
    ("https://daily.org/read.php?date=2024-01-01&n=1", "https://daily.org/read.php?date=2024-01-02&n=1"),
    ("https://daily.org/read.php?lang=en&id=7", "https://daily.org/read.php?lang=fr&id=7"),
    ("https://daily.org/read.php?a=1&b=2", "https://daily.org/read.php?a=2&b=1"),
    ("https://daily.org/read.php?id=", "https://daily.org/read.php"),
    ("https://daily.org/read.php?id=7%26x", "https://daily.org/read.php?id=7&x"),
    ("https://daily.org/read.php?q=a%2Bb", "https://daily.org/read.php?q=a+b"),
    (STORY + "?page=2", STORY),
    (STORY + "?seite=2", STORY),
    (STORY + "?image=3", STORY),
    (STORY + "?m=2", STORY),
    (STORY + "?output=json", STORY),
    (STORY + "?format=pdf", STORY),
    (STORY + "?view=gallery", STORY),
    (STORY + "?version=2", STORY),
    # The host tells them apart.
    ("https://daily.org/a/story-12345", "https://daily.com/a/story-12345"),
    ("https://daily.org/a/story-12345", "https://daily.co.uk/a/story-12345"),
    ("https://sport.daily.org/a/story-12345", "https://daily.org/a/story-12345"),
    ("https://en.daily.org/a/story-12345", "https://fr.daily.org/a/story-12345"),
    ("https://blog.daily.org/story-12345", "https://news.daily.org/story-12345"),
    ("https://one.blogspot.com/2019/05/post.html", "https://two.blogspot.com/2019/05/post.html"),
    ("https://one.wordpress.com/2019/05/post", "https://two.wordpress.com/2019/05/post"),
    ("https://m.org/a/story-12345", "https://org/a/story-12345"),
    ("https://mobile.de/a/story-12345", "https://de/a/story-12345"),
    ("https://amp.dev/news/story-12345", "https://dev/news/story-12345"),
    ("https://print.co.uk/story-12345", "https://co.uk/story-12345"),
    ("https://wwwdaily.org/story-12345", "https://daily.org/story-12345"),
    ("https://www-daily.org/story-12345", "https://daily.org/story-12345"),
    ("https://daily.org:8080/story-12345", "https://daily.org/story-12345"),
    ("http://127.0.0.1:8001/story-12345", "http://127.0.0.1:8002/story-12345"),
    ("http://[::1]:8001/story-12345", "http://[::2]:8001/story-12345"),
    ("https://bücherschau.de/a-1", "https://bucherschau.de/a-1"),
    ("https://daily.org/story-12345", "https://daily.org.evil.example/story-12345"),
    # The path tells them apart.
    ("https://daily.org/a/story-12345", "https://daily.org/a/story-12346"),
    ("https://daily.org/a/story-12345", "https://daily.org/b/story-12345"),
    ("https://daily.org/a/Story", "https://daily.org/a/story"),
    ("https://daily.org/2024/01/01/briefing", "https://daily.org/2024/01/02/briefing"),
    ("https://daily.org/a/story-12345.html", "https://daily.org/a/story-12345.pdf"),
    ("https://daily.org/a/story.html", "https://daily.org/a/story"),
    ("https://daily.org/a/story-12345/2", "https://daily.org/a/story-12345"),
    ("https://daily.org/a/story-12345/page/2", "https://daily.org/a/story-12345"),
    ("https://daily.org/a/story-12345/seite-2", "https://daily.org/a/story-12345"),
    ("https://daily.org/a/story-12345/comments", "https://daily.org/a/story-12345"),
    ("https://daily.org/a/story-12345/gallery", "https://daily.org/a/story-12345"),
    ("https://daily.org/live/story-12345", "https://daily.org/story-12345"),
    ("https://daily.org/en/story-12345", "https://daily.org/fr/story-12345"),
    ("https://daily.org/a%2Fb-1", "https://daily.org/a/b-1"),
    ("https://daily.org/a%3Fid=1", "https://daily.org/a?id=1"),
    ("https://daily.org/cafe-closed", "https://daily.org/caf%C3%A9-closed"),
    ("https://daily.org/index", "https://daily.org/"),
    ("https://daily.org/index-2.html", "https://daily.org/"),
    ("https://daily.org/news/my-index.html", "https://daily.org/news/"),
    # What looks like a form of the page and is a name.
    ("https://daily.org/music/amp", "https://daily.org/music"),
    ("https://daily.org/wiki/Amp", "https://daily.org/wiki"),
    ("https://daily.org/shop/print", "https://daily.org/shop"),
    ("https://daily.org/how-to-fix-an-amp.html", "https://daily.org/how-to-fix-an.html"),
    ("https://daily.org/best-guitar-amp", "https://daily.org/best-guitar"),
    ("https://daily.org/news/printer-12345", "https://daily.org/news/er-12345"),
    ("https://daily.org/mobile/phone-12345", "https://daily.org/phone-12345"),
    ("https://daily.org/utm_source/story-1", "https://daily.org/story-1"),
    ("https://daily.org/a/stamp", "https://daily.org/a/st"),
    # Fragments that scripts read as the address.
    ("https://daily.org/#!/story/7", "https://daily.org/#!/story/8"),
    ("https://daily.org/#!/story/7", "https://daily.org/"),
    # Not web addresses.
    ("mailto:a@daily.org", "mailto:b@daily.org"),
    ("tel:1", "tel:2"),
    ("data:text/plain,a", "data:text/plain,b"),
    ("https://", "https:///x"),
    ("", "x"),
]


def test_tables_are_large_enough() -> None:
    assert len(set(SAME)) == len(SAME) >= 80
    assert len(set(DIFFERENT)) == len(DIFFERENT) >= 80


@pytest.mark.parametrize(("one", "other"), SAME)
def test_same_article(one: str, other: str) -> None:
    assert url_key(one) == url_key(other)
    assert article_id(url_key(one)) == article_id(url_key(other))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_articles(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


@pytest.mark.parametrize("url", sorted({url for pair in SAME + DIFFERENT for url in pair}))
def test_key_is_its_own_key(url: str) -> None:
    """A key read back as an address (it is one without scheme) stays what it is."""
    key = url_key(url)
    assert not host_of(url) or url_key("https://" + key) == key


def test_key_is_readable() -> None:
    assert (
        url_key("https://www.daily.org/2024/05/story-one/?utm_source=rss&id=5#top")
        == "daily.org/2024/05/story-one?id=5"
    )


def test_article_id_is_stable() -> None:
    """Ids are kept for ever: this value must never change."""
    assert article_id("daily.org/2024/05/story-one?id=5") == "71dfeb12ea0ba9f17f33ae50c2df9ee6"


@given(st.text(max_size=80) | st.text(max_size=60).map("https://daily.org/".__add__))
def test_any_text_has_a_key(url: str) -> None:
    key = url_key(url)
    assert len(article_id(key)) == 32
    host_of(url)
    registered_domain(host_of(url))


@given(st.text(max_size=60).map("https://daily.org/".__add__))
def test_keys_are_stable_under_rekeying(url: str) -> None:
    key = url_key(url)
    assert url_key("https://" + key) == key


@pytest.mark.parametrize(
    ("url", "canonical", "key"),
    [
        (STORY + "?utm_source=x", None, url_key(STORY)),
        (STORY, "", url_key(STORY)),
        ("https://daily.org/p/12345?old=1", "https://www.daily.org/a/story-12345", "daily.org/a/story-12345"),
        ("https://m.daily.org/a/12345", "https://www.daily.org/a/story-12345", "daily.org/a/story-12345"),
        # Another host's canonical is evidence for dedupe, not an identity.
        ("https://blog.example.net/a/copy-1", STORY, "blog.example.net/a/copy-1"),
        # A template's mistake: the home page, or what all articles share.
        (STORY, "https://paper.example.com/", url_key(STORY)),
        (STORY, "https://paper.example.com/politics", url_key(STORY)),
        ("https://daily.org/read.php?id=7", "https://daily.org/read.php", "daily.org/read.php?id=7"),
        ("https://daily.org/read.php?id=7&x=1", "https://daily.org/read.php?id=7", "daily.org/read.php?id=7"),
        (STORY, "not a url", url_key(STORY)),
        (STORY, "javascript:void(0)", url_key(STORY)),
    ],
)
def test_canonical_link(url: str, canonical: str | None, key: str) -> None:
    assert article_key(url, canonical) == key


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://WWW.Daily.org:8080/x", "www.daily.org"),
        ("daily.org", "daily.org"),
        ("https://user@daily.org./", "daily.org"),
        ("https://bücherschau.de", "xn--bcherschau-9db.de"),
        ("http://[2001:db8::1]:80/", "[2001:db8::1]"),
        ("mailto:a@daily.org", ""),
        ("/relative/path", ""),
        ("", ""),
    ],
)
def test_host(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.daily.org", "daily.org"),
        ("a.b.daily.co.uk", "daily.co.uk"),
        ("name.blogspot.com", "name.blogspot.com"),
        ("name.github.io", "name.github.io"),
        ("news.paper.example", "paper.example"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "[::1]"),
        ("xn--b1amnebsh.xn--p1ai", "xn--b1amnebsh.xn--p1ai"),
        ("", ""),
    ],
)
def test_registered_domain(host: str, domain: str) -> None:
    assert registered_domain(host) == domain


def test_same_site() -> None:
    assert same_site("https://www.daily.co.uk/a", "sport.daily.co.uk")
    assert not same_site("https://one.co.uk", "https://two.co.uk")
    assert not same_site("https://one.blogspot.com", "https://two.blogspot.com")
    assert not same_site("", "")


def test_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The suffix list is the bundled one."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("network")

    monkeypatch.setattr("socket.socket.connect", refuse)
    registered_domain.cache_clear()
    assert registered_domain("a.daily.com.au") == "daily.com.au"

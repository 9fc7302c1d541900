"""Rendering functions, as an operator may declare them."""

import asyncio
import json
import re
import urllib.request
from urllib.parse import urljoin

from crawlers.spider.rendering import PageToRender


async def render(page: PageToRender) -> str:
    """What the shell's script would do: load the story from the address it names, and put it into the page."""
    found = re.search(rb'fill\("(.+?)"\)', page.shell)
    assert found is not None
    source = urljoin(page.url, found[1].decode())
    if not await page.allowed(source):
        raise PermissionError(f"{source} may not be loaded")
    request = urllib.request.Request(source, headers={"User-Agent": page.user_agent})

    def load() -> bytes:
        with urllib.request.urlopen(request, timeout=page.seconds) as answer:
            body: bytes = answer.read()
        return body

    story = json.loads(await asyncio.to_thread(load))
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in story["paragraphs"])
    return f"<html><head><title>{story['title']}</title></head><body><article>{paragraphs}</article></body></html>"


async def endless(_: PageToRender) -> str:
    """A browser that hangs."""
    await asyncio.sleep(3600)
    return ""


def not_async(_: PageToRender) -> str:
    """Not what is asked for."""
    return ""

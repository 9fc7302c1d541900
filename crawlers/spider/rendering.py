"""Pages that scripts fill in: a function of the operator's own renders them, with whatever browser it likes.

`render = "module:function"` in a site's declaration names it; the module is imported where the crawl runs, from what is
installed there or the directory presslake was started in. It is called for article pages alone, and for those alone
whose plain answer was an empty shell; each call waits for its turn like a request to the host (robots.txt, delay,
concurrency, Retry-After, limits of time and size). With Playwright, for one:

    async def render(page):
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(proxy={"server": page.proxy} if page.proxy else None)
            tab = await browser.new_page(user_agent=page.user_agent)
            async def judge(route):
                await (route.continue_() if await page.allowed(route.request.url) else route.abort())
            await tab.route("**/*", judge)
            await tab.goto(page.url, wait_until="networkidle")
            return await tab.content()

What a browser loads besides the page is its own doing: no delay holds for it, it is not archived, and a name that leads
to a private address passes `allowed`, which sees the name only. Where that matters, give the browser a network of its
own, or a proxy that refuses.
"""

import importlib
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

RENDERED = "Presslake-Rendered-By"
"""Header of an archived page that a function made; the shell as it came over the wire is archived before it."""


@dataclass(frozen=True, slots=True)
class PageToRender:
    """What a rendering function is given."""

    url: str
    shell: bytes
    """The body that came, decoded of Content-Encoding."""
    user_agent: str
    """How to introduce itself."""
    proxy: str | None
    """The proxy to go by, where there is one."""
    seconds: float
    """Time it has; it is cancelled after that."""
    allowed: Callable[[str], Awaitable[bool]]
    """Whether an address may be loaded, by robots.txt and the look of the address."""


Render = Callable[[PageToRender], Awaitable[str | bytes]]
"""Gives the page's HTML; text or UTF-8. Whatever it raises is an outcome."""


class RenderError(Exception):
    """A rendering function that can't be had; says what to do."""


def load_render(name: str) -> Render:
    """The function that `module:function` names. Raises RenderError."""
    module_name, _, function = name.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise RenderError(f"{error}; install it beside presslake, or take `render` out of the declaration") from error
    except Exception as error:  # whatever a foreign module does as it is loaded
        raise RenderError(f"{module_name} can't be imported: {type(error).__name__}: {error}") from error
    found = getattr(module, function, None)
    if not inspect.iscoroutinefunction(found):
        problem = "has no" if found is None else "is no async function:"
        raise RenderError(f"{module_name} {problem} {function}; see crawlers/spider/rendering.py for what it must be")
    render: Render = found
    return render

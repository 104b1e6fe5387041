"""A visitor: a browser window of a certain size and theme, that is told of everything amiss."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypedDict

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, Request

PATIENCE_MS = 30_000
"""How long a page may take to show what is expected, on a machine that is busy."""

NAME = "interviews.test"
"""Another name of this machine: for the browser, a page from there is not from the loopback."""

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Window(TypedDict):
    """How a visitor looks at the page: the window's size in CSS pixels, and what they prefer."""

    width: int
    height: int
    dark: bool
    still: bool


@contextmanager
def visiting(
    browser: Browser,
    url: str,
    *,
    width: int = 1440,
    height: int = 900,
    dark: bool = False,
    still: bool = False,
    locale: str = "en-US",
    expected: Sequence[str] = (),
    others: Sequence[str] = (),
) -> Iterator[Page]:
    """A window on the gateway at `url`. Messages on the console that hold a text of `expected`
    are no errors: a browser itself prints each answer with a status of 400 or more. The addresses
    of `others` may be asked, too."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce" if still else "no-preference",
        locale=locale,
    )
    context.set_default_timeout(PATIENCE_MS)
    amiss: list[str] = []

    def left(request: Request) -> None:
        if not request.url.startswith((f"{url}/", "data:", "blob:", *others)):
            amiss.append(f"a request to {request.url}")

    page = context.new_page()
    page.on("pageerror", lambda error: amiss.append(str(error)))
    page.on(
        "console",
        lambda message: (
            amiss.append(message.text)
            if message.type in ("error", "warning")
            and not any(text in message.text for text in expected)
            else None
        ),
    )
    page.on("request", left)
    try:
        yield page
    finally:
        context.close()
    assert not amiss, amiss


def violations(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA on the page as it is."""
    # Half way from one colour to another is no colour that anybody reads; words fade in as well.
    page.evaluate(
        "Promise.allSettled(document.getAnimations().map(a => a.finished)).then(() => {})"
    )
    # The page's own policy would refuse the script; the tool's world is not the page's.
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    # Whatever else it found stays in the browser: telling of that takes longer than finding it.
    found: list[dict[str, Any]] = page.evaluate(
        "async options => (await axe.run(document, options)).violations",
        {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]},
    )
    return [f"{rule['id']}: {node['target']}" for rule in found for node in rule["nodes"]]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    wider: int = page.evaluate(
        "Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
    )
    return wider

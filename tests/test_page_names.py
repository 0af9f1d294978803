"""Long and strange names of runs on the page: nothing is wider than its room."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from browser import PICTURES, ROOMS, expect, number, press, upload, windows
from lenet.reader import DEFAULT_MODEL
from lenet.run import Run
from live_service import Live, serving

pytestmark = pytest.mark.browser

# Both have 80 letters; one has no place where a line could break.
UNBROKEN = "w" * 80
STRANGE = ("a<b>&\"c'd; " + "long-name_of.a,run " * 4)[:79] + "!"

# What of the open room, of the header and the footer sticks out of the window, or is cut off.
OUTSIDE = """() => {
  const wide = document.documentElement.clientWidth;
  const scrolls = (element) => element.closest(".scroll, .standings thead tr");
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.checkVisibility() && !scrolls(element))
    .filter((element) => {
      const { left, right, width, height } = element.getBoundingClientRect();
      return width > 1 && height > 1 && (right > wide + 1 || left < -1);
    })
    .map((element) => element.outerHTML.slice(0, 120));
}"""
# Blocks whose text is wider than they are, and neither wraps, ends in dots nor scrolls.
SPILT = """() => [...document.querySelectorAll("main *, header *")]
  .filter((element) => element.checkVisibility() && element.clientWidth > 1)
  .filter((element) => element.scrollWidth > element.clientWidth + 1)
  .filter((element) => getComputedStyle(element).overflowX === "visible")
  .filter((element) => !element.closest("svg, .scroll, .standings thead tr"))
  .map((element) => element.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A service of the same two models, by other names."""
    runs = tmp_path_factory.mktemp("runs")
    for model, name in (("lenet5", STRANGE), (DEFAULT_MODEL, UNBROKEN)):
        shutil.copytree(Run.find(model).folder, runs / name)
    with serving(runs / STRANGE, runs / UNBROKEN) as live:
        yield live


def faults(page: Any) -> list[str]:
    page.wait_for_timeout(200)
    for summary in page.locator("main summary").all():
        if summary.is_visible() and not summary.evaluate("(one) => one.parentElement.open"):
            summary.click()
    wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    outside: list[str] = page.evaluate(OUTSIDE)
    spilt: list[str] = page.evaluate(SPILT)
    return [*(["the page"] if wider else []), *outside, *spilt]


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_names_of_80_letters_fit_in_every_room(
    chromium: Any, named: Live, width: int, both: bool
) -> None:
    with windows(chromium, named.address) as opened:
        page = opened(viewport={"width": width, "height": 800})
        page.locator("#model").select_option(UNBROKEN)
        if both:
            page.locator("#compare").select_option(STRANGE)
        press(page, "Write a 5 for me")
        expect(number(page)).to_have_text("5")
        for room in ROOMS:
            page.evaluate("(room) => { location.hash = room; }", room)
            page.wait_for_selector(f"#room-{room}:not([hidden])")
            if room == "picture":
                upload(page, PICTURES / "7-small.png")
                expect(number(page, "picture")).to_have_text("7")
            if room == "inside":
                expect(page.locator(".stream-answer")).to_have_count(2 if both else 1)
                expect(page.locator(".stream-answer").last).to_contain_text("reads")
            if room == "numbers":
                expect(page.locator(".model .facts")).to_have_count(2 if both else 1)
            assert not faults(page), room
        if both:
            expect(page.locator(".model h3")).to_have_text([UNBROKEN, STRANGE])

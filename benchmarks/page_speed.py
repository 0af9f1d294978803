"""How fast the page is in Chromium: painting, answers, jumps, memory; served and exported.

Needs Chromium and the package playwright: ``python benchmarks/page_speed.py [--strokes 40]``.

    first paint  milliseconds until something is seen, on this machine's own line
    blocked      milliseconds by which tasks were longer than 50 while it loaded
    stroke       from the end of a stroke until the answer, or the last layer, no longer changes
    jumps        cumulative layout shift of each room, without what the person does
    heap         megabytes before and after 200 changes of rooms, garbage collected
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, sync_playwright

from page_load import addresses, find_chromium

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
from draw_pictures import STROKES, path

ROUNDS = 5  # loadings
CHANGES = 200  # of rooms
PAUSE = 700  # milliseconds after a stroke, in which its answer comes
DRAWN = (3, 7, 2, 5, 0, 8)  # drawn one after the other, each on an empty sheet
WATCH = """
window.shifts = 0; window.blocked = 0; window.answers = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.blocked += Math.max(0, entry.duration - 50);
}).observe({ type: "longtask", buffered: true });
window.addEventListener("pointerup", () => (window.ended = performance.now()), true);
window.watchAnswer = (selector) => {
  window.watcher?.disconnect();
  window.watcher = new MutationObserver(() => (window.changed = performance.now()));
  window.watcher.observe(document.querySelector(selector), {
    subtree: true, childList: true, characterData: true, attributes: true,
  });
};
"""


@contextmanager
def exported() -> Iterator[str]:
    """Yield the address of an exported page of the shipped reader."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        words = [sys.executable, "-m", "lenet", "export", "reader", "lenet5", "--page", str(page)]
        subprocess.run(words, check=True, capture_output=True)
        yield page.as_uri()


def opened(browser: Browser, address: str, room: str) -> Page:
    """Open a room of the page in a window of its own, watched."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.add_init_script(WATCH)
    page.goto(f"{address.split('#')[0]}#{room}")
    page.wait_for_selector(f"#room-{room}:not([hidden])")
    return page


def choose_reader(page: Page) -> None:
    """Choose the shipped reader, the slowest of the networks."""
    page.locator("#model").select_option("reader")
    page.wait_for_timeout(PAUSE)


def measure_load(browser: Browser, address: str) -> tuple[float, float]:
    """Return milliseconds until the first paint, and those blocked, as medians."""
    paints, blocked = [], []
    for _ in range(ROUNDS):
        page = opened(browser, address, "draw")
        page.wait_for_load_state("networkidle")
        paints.append(
            page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        )
        blocked.append(page.evaluate("window.blocked"))
        page.context.close()
    return median(paints), median(blocked)


def measure_strokes(
    browser: Browser, address: str, room: str, answer: str, count: int
) -> tuple[float, float]:
    """Return milliseconds from the end of a stroke to its answer: the median and the 90 %."""
    page = opened(browser, address, room)
    choose_reader(page)
    times: list[float] = []
    while len(times) < count:
        digit = DRAWN[len(times) % len(DRAWN)]
        for stroke in STROKES[digit]:
            page.evaluate("window.changed = 0")
            page.evaluate("(selector) => window.watchAnswer(selector)", answer)
            write(page, path(stroke)[::6])
            page.wait_for_timeout(PAUSE)
            waited = page.evaluate("window.changed - window.ended")
            if waited > 0:
                times.append(waited)
        clear(page)
    page.context.close()
    return median(times), quantiles(times, n=10)[-1]


def write(page: Page, points: NDArray[np.float64]) -> None:
    """Draw a stroke, float64 (n, 2) in shares of its height, on the sheet that is shown."""
    sheet = page.locator(".ink:visible").first.bounding_box()
    assert sheet is not None
    high = 0.6 * sheet["height"]
    left, top = sheet["x"] + sheet["width"] / 2 - 0.35 * high, sheet["y"] + 0.2 * sheet["height"]
    at = [(left + high * x, top + high * y) for x, y in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for point in at[1:]:
        page.mouse.move(*point)
    page.mouse.up()


def clear(page: Page) -> None:
    """Empty the sheet."""
    page.get_by_role("button", name="Clear", exact=True).locator("visible=true").first.click()


def measure_jumps(browser: Browser, address: str, rooms: Sequence[str]) -> dict[str, float]:
    """Return the layout shift of each room while it is opened and stands for a while."""
    found = {}
    for room in rooms:
        page = opened(browser, address, room)
        page.wait_for_timeout(3_000)
        found[room] = page.evaluate("window.shifts")
        page.context.close()
    return found


def measure_heap(browser: Browser, address: str, rooms: Sequence[str]) -> tuple[float, float]:
    """Return megabytes before and after so many changes of rooms."""
    page = opened(browser, address, rooms[0])
    protocol = page.context.new_cdp_session(page)

    def go_round(changes: int) -> float:
        for number in range(changes):
            room = rooms[number % len(rooms)]
            page.evaluate("(room) => (location.hash = room)", room)
            page.wait_for_selector(f"#room-{room}:not([hidden])")
            page.wait_for_timeout(30)
        for _ in range(2):
            protocol.send("HeapProfiler.collectGarbage")
        used: float = protocol.send("Runtime.getHeapUsage")["usedSize"] / 1e6
        return used

    before = go_round(3 * len(rooms))
    return before, go_round(CHANGES)


def report(browser: Browser, name: str, address: str, strokes: int) -> None:
    """Print what was measured of one page."""
    served = address.startswith("http")
    rooms = ("draw", *(("picture",) if served else ()), "inside", "numbers")
    paint, blocked = measure_load(browser, address)
    print(f"\n## {name}\n\n| what | measured |\n|---|---|")
    print(f"| first paint · blocked, ms (medians of {ROUNDS}) | {paint:.0f} · {blocked:.0f} |")
    for what, room, answer in (
        ("stroke to answer", "draw", "#draw-answer"),
        ("stroke to layers, `reader`", "inside", ".stream"),
    ):
        half, slow = measure_strokes(browser, address, room, answer, strokes)
        print(f"| {what}, ms: median · p90 of {strokes} | {half:.0f} · {slow:.0f} |")
    jumps = measure_jumps(browser, address, rooms)
    told = ", ".join(f"{room} {shift:.3f}" for room, shift in jumps.items())
    print(f"| layout shift | {told} |")
    before, after = measure_heap(browser, address, rooms)
    print(f"| heap before and after {CHANGES} changes of rooms, MB | {before:.1f} · {after:.1f} |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--strokes", type=int, default=40)
    parser.add_argument("--only", choices=("served", "exported"))
    asked = parser.parse_args()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        if asked.only != "exported":
            with addresses([]) as found:
                report(browser, "`lenet serve`", found[0], asked.strokes)
        if asked.only != "served":
            with exported() as address:
                report(browser, "An exported page", address, asked.strokes)
        browser.close()


if __name__ == "__main__":
    main()

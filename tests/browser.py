"""The page of `lenet serve` in Chromium, and what a person does on it."""

import io
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
from draw_pictures import FOLDER, STROKES, path

PICTURES = FOLDER

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
expect = playwright.expect
expect.set_options(timeout=20_000)  # on a busy machine everything takes longer

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
ROOMS = ("draw", "picture", "inside", "numbers")
# The browser itself logs these about answers that a test provokes.
EXPECTED = re.compile(
    r"Failed to load resource: (the server responded with a status of 4\d\d|net::ERR_CONNECTION_)"
)
OURS = "willReadFrequently"  # a warning about tests that read pixels

Open = Callable[..., Any]

REQUESTS: WeakKeyDictionary[Any, Counter[str]] = WeakKeyDictionary()  # of a page, counted by event


@contextmanager
def chromium(folder: Path) -> Iterator[Any]:
    """Yield the browser; its camera shows one of the test pictures, through a file in `folder`."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: install it (Debian and Ubuntu: apt install chromium)")
    film = folder / "film.mjpeg"
    frame = io.BytesIO()
    Image.open(FOLDER / "5-photo-with-shadow.png").convert("RGB").resize((480, 640)).save(
        frame, "JPEG", quality=95
    )
    film.write_bytes(frame.getvalue() * 3)
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        yield browser
        browser.close()


@contextmanager
def windows(browser: Any, at: str) -> Iterator[Open]:
    """Yield a function that opens the page in a window of its own.

    Errors, warnings and requests to other hosts in any of them fail the test at its end.
    """
    contexts: list[Any] = []
    troubles: list[str] = []

    def opened(
        room: str = "draw", address: str = "", expect_errors: bool = False, **how: Any
    ) -> Any:
        how = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **how}
        context = browser.new_context(**how)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        home = re.split("[?#]", address or at)[0]

        def heard(message: Any) -> None:
            bad = message.type in ("error", "warning")
            expected = expect_errors and EXPECTED.match(message.text)
            if bad and not (expected or OURS in message.text):
                troubles.append(f"console: {message.text}")

        def asked(request: Any) -> None:
            if not request.url.startswith((home, "blob:", "data:")):
                troubles.append(f"another host was asked: {request.url}")

        page.on("console", heard)
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on("request", asked)
        REQUESTS[page] = Counter()
        for event in ("request", "requestfinished", "requestfailed"):
            page.on(event, lambda _, event=event: REQUESTS[page].update([event]))
        page.goto(address or f"{home}#{room}")
        if not expect_errors:
            page.wait_for_selector(f"#room-{room}:not([hidden])")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)


def strokes(digit: int, left: float, top: float, height: float) -> Iterator[list[Any]]:
    """Yield the strokes of a digit as lists of points on the window."""
    for knots in STROKES[digit]:
        line = path(knots)[::6]
        yield [(left + height * x, top + height * y) for x, y in line]


def draw(page: Any, digit: int, at: float = 0.5, height: float = 0.6) -> None:
    """Draw a digit with the mouse; `at` and `height` are shares of the sheet."""
    sheet = page.locator(".ink").bounding_box()
    high = height * sheet["height"]
    left = sheet["x"] + at * sheet["width"] - 0.35 * high
    for line in strokes(digit, left, sheet["y"] + (sheet["height"] - high) / 2, high):
        page.mouse.move(*line[0])
        page.mouse.down()
        for point in line[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def at_rest(page: Any) -> None:
    """Wait until a page has had no request open or begun for half a second.

    What it does by a timer, in a worker, or with what it has got already is not seen.
    """
    before: Counter[str] = Counter()
    quiet = 0  # tenths of a second
    for _ in range(200):  # as long as `expect` waits
        page.wait_for_timeout(100)
        now = Counter(REQUESTS[page])
        ended = now["requestfinished"] + now["requestfailed"]
        quiet = quiet + 1 if now == before and now["request"] == ended else 0
        if quiet == 5:
            return
        before = now
    pytest.fail(f"the page does not come to rest: {dict(before)}")


def in_powers(p: float) -> str:
    """Return a small probability as the page writes it: 6.5·10⁻⁷."""
    digits, power = f"{p:.1e}".split("e")
    return f"{digits}·10{str(int(power)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def number(page: Any, room: str = "draw") -> Any:
    return page.locator(f"#{room}-answer .number")


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def upload(page: Any, file: Path | str) -> None:
    page.locator("#picture-side input[type=file]").first.set_input_files(file)

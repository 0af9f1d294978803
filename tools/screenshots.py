"""Photograph the page of `lenet serve` for docs/screenshots: light, dark, phone, desktop.

Needs Chromium and the package playwright: ``make screenshots``, or from the root of the repository
``python tools/screenshots.py [NAME ...]``.
"""

import io
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from draw_pictures import STROKES, path
from lenet.drawing import draw_picture

FOLDER = Path(__file__).parents[1] / "docs" / "screenshots"
MODELS = ("reader", "lenet5")


class Shot(NamedTuple):
    """One photograph: what is done before it is taken, in which window, in which scheme."""

    prepare: Callable[[Page], None]
    size: tuple[int, int] = (1280, 800)
    scheme: str = "light"
    phone: bool = False


def write(page: Page, digits: str) -> None:
    """Write digits on the sheet with the mouse, side by side, by our own hand."""
    sheet = page.locator(".ink").bounding_box()
    assert sheet is not None
    room = sheet["width"] / len(digits)
    high = min(0.62 * sheet["height"], 1.15 * room)
    for place, digit in enumerate(digits):
        left = sheet["x"] + (place + 0.5) * room - 0.35 * high
        top = sheet["y"] + (sheet["height"] - high) / 2 + (place % 2 - 0.5) * 0.05 * high
        for knots in STROKES[int(digit)]:
            line = [(left + high * x, top + high * y) for x, y in path(knots)[::5]]
            page.mouse.move(*line[0])
            page.mouse.down()
            for point in line[1:]:
                page.mouse.move(*point)
            page.mouse.up()
    page.mouse.move(0, 0)
    page.wait_for_timeout(900)


def draw(page: Page) -> None:
    """Write a number on the sheet."""
    write(page, "2063")


def draw_one(page: Page) -> None:
    """Write one digit on the sheet."""
    write(page, "5")


def picture(page: Page) -> None:
    """Read two numbers that are written on a blackboard."""
    page.evaluate("location.hash = '#picture'")
    numbers = draw_picture(
        "314159/271828", np.random.default_rng(7), paper="blackboard", height=100
    )
    file = io.BytesIO()
    Image.fromarray(numbers.pixels).save(file, "PNG")
    page.locator("#picture-side input[type=file]").first.set_input_files(
        {"name": "numbers.png", "mimeType": "image/png", "buffer": file.getvalue()}
    )
    page.wait_for_selector(".frame .box")
    page.wait_for_timeout(500)


def inside(page: Page) -> None:
    """Look at a cell of the second convolution."""
    write(page, "8")
    page.evaluate("location.hash = '#inside'")
    page.wait_for_selector(".stream-answer:not(:empty)")
    page.wait_for_timeout(600)
    maps = page.locator(".layer.convolution .marks").nth(1)
    maps.scroll_into_view_if_needed()
    page.evaluate("scrollTo(0, 150)")
    maps.hover(position={"x": 52, "y": 52})
    page.wait_for_timeout(400)


def inside_phone(page: Page) -> None:
    """Look at a cell of the first convolution."""
    write(page, "8")
    page.evaluate("location.hash = '#inside'")
    page.wait_for_selector(".stream-answer:not(:empty)")
    page.wait_for_timeout(600)
    maps = page.locator(".layer.convolution .marks").first
    maps.tap(position={"x": 26, "y": 26})  # where the strokes of the 8 cross
    page.evaluate("document.querySelector('.layer.convolution').scrollIntoView()")
    page.wait_for_timeout(400)


def numbers(page: Page) -> None:
    """Wait for the confusion matrix and the mistakes."""
    page.evaluate("location.hash = '#numbers'")
    page.wait_for_selector(".confusion")
    page.wait_for_timeout(500)


PHONE = (390, 844)
SHOTS = {
    "draw-light": Shot(draw),
    "draw-dark": Shot(draw, scheme="dark"),
    "draw-phone": Shot(draw_one, PHONE, phone=True),
    "picture-light": Shot(picture),
    "inside-light": Shot(inside),
    "inside-dark": Shot(inside, scheme="dark"),
    "inside-phone": Shot(inside_phone, PHONE, "dark", phone=True),
    "numbers-light": Shot(numbers),
}


@contextmanager
def service() -> Iterator[str]:
    """Run `lenet serve` on a free port; give its address."""
    words = [sys.executable, "-m", "lenet", "serve", *MODELS, "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def photograph(browser: Any, address: str, shot: Shot) -> Image.Image:
    """Take one photograph; of a phone, at two of its pixels for one."""
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=shot.scheme,
        reduced_motion="reduce",
        has_touch=shot.phone,
        is_mobile=shot.phone,
        device_scale_factor=2 if shot.phone else 1.5,
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".pad")
    shot.prepare(page)
    taken = page.screenshot()
    context.close()
    return Image.open(io.BytesIO(taken)).convert("RGB")


def main() -> None:
    """Take the photographs that are named, or all."""
    names = sys.argv[1:] or list(SHOTS)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if chromium is None:
        sys.exit("no Chromium: install it (Debian and Ubuntu: apt install chromium)")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with service() as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name in names:
            file = FOLDER / f"{name}.webp"
            photograph(browser, address, SHOTS[name]).save(file, quality=84, method=6)
            print(f"{file.relative_to(FOLDER.parents[1])}  {file.stat().st_size // 1024} KiB")
        browser.close()


if __name__ == "__main__":
    main()

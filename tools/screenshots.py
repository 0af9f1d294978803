"""Photograph the page of `lenet serve` for docs/screenshots: light, dark, phone, desktop.

Needs Chromium and the package playwright: ``make screenshots``, or from the root of the repository
``python tools/screenshots.py [NAME ...]``. ``--every FOLDER`` photographs each room on every kind
of screen and in all colours, to be looked at.
"""

import argparse
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
SCREENS = {
    "small-phone": (360, 640),
    "phone": (390, 844),
    "landscape": (844, 390),
    "projector": (1280, 720),
    "laptop": (1440, 900),
    "4k": (3840, 2160),
}


class Shot(NamedTuple):
    """One photograph: what is done before it is taken, in which window, in which scheme."""

    prepare: Callable[[Page], None]
    size: tuple[int, int] = (1280, 800)
    scheme: str = "light"
    phone: bool = False
    forced: bool = False  # colours, as Windows' high contrast


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


def compare(page: Page) -> None:
    """Let two models read a number."""
    page.locator("#compare").select_option("lenet5")
    write(page, "42")


def compare_numbers(page: Page) -> None:
    """Wait for both models' numbers."""
    page.locator("#compare").select_option("lenet5")
    numbers(page)


ROOMS = {
    "draw": draw,
    "compare": compare,
    "picture": picture,
    "inside": inside,
    "numbers": numbers,
    "compare-numbers": compare_numbers,
}

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


def every_shot() -> dict[str, Shot]:
    """Return each room on each screen, and on one of them in dark and in forced colours."""
    shots = {
        f"{room}-{name}": Shot(prepare, size, phone=min(size) < 600)
        for room, prepare in ROOMS.items()
        for name, size in SCREENS.items()
    }
    for room, prepare in ROOMS.items():
        shots[f"{room}-dark"] = Shot(prepare, SCREENS["projector"], "dark")
        shots[f"{room}-forced"] = Shot(prepare, SCREENS["projector"], forced=True)
    return shots


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
        forced_colors="active" if shot.forced else "none",
        has_touch=shot.phone,
        is_mobile=shot.phone,
        device_scale_factor=2 if shot.phone else 1.5 if width < 2000 else 1,
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
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="of docs/screenshots; all of them")
    parser.add_argument("--every", type=Path, metavar="FOLDER", help="every room on every screen")
    asked = parser.parse_args()
    shots, folder = (every_shot(), asked.every) if asked.every else (SHOTS, FOLDER)
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if chromium is None:
        sys.exit("no Chromium: install it (Debian and Ubuntu: apt install chromium)")
    folder.mkdir(parents=True, exist_ok=True)
    with service() as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name in asked.names or list(shots):
            file = folder / f"{name}.webp"
            photograph(browser, address, shots[name]).save(file, quality=84, method=6)
            print(f"{file}  {file.stat().st_size // 1024} KiB")
        browser.close()


if __name__ == "__main__":
    main()

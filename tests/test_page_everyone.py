"""The page behind a token, in every window, and for everyone."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from browser import PICTURES, ROOMS, Open, expect, number, press, strokes, upload, windows
from lenet.reader import DEFAULT_MODEL
from lenet.server.exported_page import page_of
from lenet.server.models import load_models
from live_service import Live, serving

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
from page_load import load

pytestmark = pytest.mark.browser

AXE = "axe-core@4.14.1"
TOKEN = "open-sesame"


@pytest.fixture(scope="module")
def axe(request: pytest.FixtureRequest) -> str:
    """The source of axe-core, fetched from npm once and kept in pytest's cache."""
    if shutil.which("npm") is None:
        pytest.skip("no npm to fetch axe-core: install it (Debian and Ubuntu: apt install npm)")
    assert request.config.cache is not None
    folder = request.config.cache.mkdir("axe")
    source = folder / "node_modules" / "axe-core" / "axe.min.js"
    version = folder / "version"
    if not source.exists() or not version.exists() or version.read_text() != AXE:
        words = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), AXE]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120)
        if done.returncode:
            pytest.skip(f"npm could not fetch {AXE}: {done.stderr.strip().splitlines()[-1:]}")
        version.write_text(AXE)
    return source.read_text("utf-8")


def test_a_token_is_taken_out_of_the_address_and_kept_for_the_tab(open_page: Open) -> None:
    with serving("lenet5", LENET_TOKEN=TOKEN) as closed:
        home = closed.address.split("#")[0]
        page = open_page(address=f"{home}#token={TOKEN}")
        assert TOKEN not in page.url
        press(page, "Write a 3 for me")
        expect(number(page)).to_have_text("3")
        page.reload()
        expect(page.locator("#model")).to_have_value("lenet5")

        stranger = open_page(address=home, expect_errors=True)
        expect(stranger.get_by_label("Token")).to_be_visible()
        stranger.get_by_label("Token").fill("wrong")
        press(stranger, "Enter")
        expect(stranger.get_by_label("Token")).to_be_visible()
        stranger.get_by_label("Token").fill(TOKEN)
        press(stranger, "Enter")
        press(stranger, "Write a 3 for me")
        expect(number(stranger)).to_have_text("3")
        expect(stranger.locator("#notice")).to_be_hidden()


def test_a_finger_draws_on_a_phone(open_page: Open) -> None:
    page = open_page(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True,
        device_scale_factor=3,
    )  # fmt: skip
    sheet = page.locator(".ink").bounding_box()
    finger = page.context.new_cdp_session(page)
    high = 0.6 * sheet["height"]
    left = sheet["x"] + sheet["width"] / 2 - 0.35 * high
    for line in strokes(7, left, sheet["y"] + 0.2 * sheet["height"], high):
        for index, (x, y) in enumerate(line):
            kind = "touchMove" if index else "touchStart"
            finger.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(number(page)).to_have_text("7")
    expect(number(page)).to_be_in_viewport()
    assert page.evaluate("scrollY") == 0
    page.get_by_role("link", name="Look inside").click()
    expect(page.locator(".stream-answer")).to_contain_text("reads a 7")
    page.locator(".layer.convolution .marks").first.tap()
    expect(page.locator(".lens.busy")).to_be_in_viewport()


def test_the_page_loads_in_few_requests_and_reloads_in_two(chromium: Any, served: Live) -> None:
    with windows(chromium, served.address) as opened:
        page = opened()
        page.goto("about:blank")
        page.context.new_cdp_session(page).send("Network.clearBrowserCache")
        first, again = load(page, served.address), load(page)
    assert first.requests <= 12
    assert first.received < 70_000
    assert again.requests <= 2
    assert again.received < 5_000


@pytest.mark.parametrize("width", [360, 600, 768, 1024, 1440, 3840])
def test_no_room_is_wider_than_its_window(open_page: Open, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    press(page, "Write a 5 for me")
    for room in ROOMS:
        page.evaluate("(room) => { location.hash = room; }", room)
        page.wait_for_selector(f"#room-{room}:not([hidden])")
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, room


def test_the_scheme_follows_the_system_until_one_is_chosen(open_page: Open) -> None:
    page = open_page(color_scheme="dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(colour) == "rgb(20, 23, 26)"
    press(page, "Switch to light colours")
    assert page.evaluate(colour) == "rgb(251, 250, 248)"
    page.reload()
    page.wait_for_selector(".pad")
    assert page.evaluate(colour) == "rgb(251, 250, 248)"
    press(page, "Switch to dark colours")
    assert page.evaluate(colour) == "rgb(20, 23, 26)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_the_network_sees_is_said_alike_in_every_room(open_page: Open, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    press(page, "Write a 5 for me")
    expect(number(page)).to_have_text("5")
    seen = page.locator("#draw-answer .seen figcaption").inner_text()
    phrase = seen.removeprefix("What the network sees: ")
    assert phrase == "ink on paper, 28×28 pixels"
    expect(page.get_by_role("img", name=seen, exact=True)).to_be_visible()
    page.get_by_role("link", name="Look inside").click()
    expect(page.locator(".layer.image .words")).to_contain_text(seen)
    page.get_by_role("link", name="Numbers").click()
    takes = page.locator(".facts p").filter(has=page.get_by_text("Takes", exact=True))
    expect(takes).to_contain_text(f"Takes {phrase}, ")


def violations(page: Any) -> list[str]:
    """Return what axe-core, which the page has by now, finds on it, however slight."""
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
    return [
        f"{each['id']}: {node['html'][:120]} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_neither_the_api_nor_a_frame_nor_a_file_nor_the_door_shuts_anyone_out(
    open_page: Open, served: Live, axe: str, scheme: str, tmp_path: Path
) -> None:
    file = tmp_path / "page.html"
    file.write_text(page_of(load_models(["lenet5"])), "utf-8")
    with serving("lenet5", LENET_TOKEN=TOKEN) as closed:
        for start, then, seen in (
            (served.address, "api", "h2"),
            (f"{served.address}?embed=1#inside", "", ".stream-answer:not(:empty)"),
            (f"{file.as_uri()}#numbers", "", ".confusion"),
            (closed.address.split("#")[0], "", "#door:not([hidden])"),
        ):
            page = open_page(address=start, expect_errors=True, color_scheme=scheme)
            if then:
                page.goto(f"{start}{then}")
            page.wait_for_selector(seen)
            page.evaluate(axe)
            assert not violations(page), start + then


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_a_comparison_shuts_nobody_out(open_page: Open, axe: str, scheme: str, width: int) -> None:
    page = open_page("numbers", viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.locator("#compare").select_option(DEFAULT_MODEL)
    expect(page.locator(".model .facts")).to_have_count(2)
    for summary in page.locator("summary").all():
        summary.click()
    page.evaluate(axe)
    assert not violations(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_on_the_page_shuts_anyone_out(
    open_page: Open, axe: str, scheme: str, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    press(page, "Write a 5 for me")
    expect(number(page)).to_have_text("5")
    page.evaluate(axe)
    for room in ROOMS:
        page.evaluate("(room) => { location.hash = room; }", room)
        page.wait_for_selector(f"#room-{room}:not([hidden])")
        if room == "picture":
            upload(page, PICTURES / "7-small.png")
            expect(number(page, "picture")).to_have_text("7")
        page.wait_for_timeout(700)
        assert not violations(page), room

"""What leaves the page: links, files, paper, and the page itself inside another one."""

import csv
import io
import json
import re
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from browser import PICTURES, Open, at_rest, draw, expect, number, press, upload
from lenet.reader import DEFAULT_MODEL, Reader
from lenet.server.qr_code import code_of
from live_service import Live, serving
from services import run_of_classes

pytestmark = pytest.mark.browser


def saved(page: Any, form: str, room: str = "draw") -> Path:
    """Save a file from the page; its name and the button say what it holds."""
    what = "answers" if form in ("JSON", "CSV") else "drawing" if room == "draw" else "picture"
    with page.expect_download() as download:
        page.locator(f"#{room}-answer").get_by_role(
            "button", name=f"Save the {what} as {form}"
        ).click()
    assert download.value.suggested_filename == f"{what}.{form.lower()}"
    return Path(download.value.path())


def test_a_link_holds_models_and_drawing_and_never_the_token(open_page: Open) -> None:
    with serving("lenet5", DEFAULT_MODEL, LENET_TOKEN="open-sesame") as closed:
        page = open_page(address=closed.address, permissions=["clipboard-read", "clipboard-write"])
        draw(page, 2, at=0.25)
        draw(page, 7, at=0.75)
        expect(number(page)).to_have_text(re.compile("2\\s*7"))
        page.locator("#compare").select_option(DEFAULT_MODEL)
        expect(page.locator("#draw-answer .versus")).to_be_visible()
        page.wait_for_timeout(600)
        page.reload()
        expect(number(page)).to_have_text(re.compile("2\\s*7"))
        expect(page.locator("#compare")).to_have_value(DEFAULT_MODEL)
        press(page, "Copy link")
        said = page.locator("#draw-answer .share > p")
        expect(said).to_have_text(
            "The link is copied. It holds what is drawn. It does not hold the token. "
            "It opens on this device only: lenet serve --host 0.0.0.0 would let others in, and a "
            "file can be passed on."
        )
        link = page.evaluate("navigator.clipboard.readText()")
        assert len(link) <= 2000
        assert "open-sesame" not in link
        assert re.search(rf"#draw\?model=lenet5&with={DEFAULT_MODEL}&d=s[\w-]+$", link)
        press(page, "Undo")
        expect(said).to_have_text("")
        page.goto("about:blank")
        page.goto(link.replace("#draw", "#inside"))
        expect(page.locator(".stream h3")).to_have_text(["lenet5", DEFAULT_MODEL])
        expect(page.locator(".stream-answer").first).to_contain_text("reads")
        page.close()  # before the service that it may still ask


def answers_of(page: Any) -> list[Any]:
    """Return a list that gets the answer to every drawing that the page has read."""
    answers: list[Any] = []
    page.on(
        "requestfinished",
        lambda asked: answers.append(asked.response().json()) if "/v1/read" in asked.url else None,
    )
    return answers


def lasting_address(page: Any) -> str:
    """Return the address once it holds a drawing and has been the same for a second.

    The page writes it when the pen has rested, which takes less.
    """
    page.wait_for_url("**d=*")
    before = ""
    while before != page.url:
        before = page.url
        page.wait_for_timeout(1000)
    return before


@pytest.mark.parametrize("corners", [False, True])
def test_a_link_opened_on_another_screen_gives_the_same_answer(
    open_page: Open, corners: bool
) -> None:
    page = open_page()
    answers = answers_of(page)
    if corners:  # few points far apart, as of a quick hand
        sheet = page.locator(".ink").bounding_box()
        for index, (x, y) in enumerate([(0, 0.1), (0.4, 0), (0.35, 0.3), (0.1, 0.9)]):
            page.mouse.move(sheet["x"] + 200 + 300 * x, sheet["y"] + 60 + 300 * y)
            if not index:
                page.mouse.down()
        page.mouse.up()
    else:
        draw(page, 2, at=0.25)
        draw(page, 7, at=0.75, height=0.4)
    at_rest(page)
    link = lasting_address(page)
    phone = open_page(address=link, viewport={"width": 390, "height": 844}, device_scale_factor=3)
    again = answers_of(phone)
    phone.reload()
    expect(number(phone)).not_to_have_text("")
    at_rest(phone)
    assert lasting_address(phone).split("d=")[1] == link.split("d=")[1]
    shares = [
        [digit["probabilities"] for digit in found[-1]["digits"]] for found in (answers, again)
    ]
    assert shares[0] == shares[1] != []


def test_examples_of_the_api_work_as_they_are_copied_and_the_way_back_keeps_the_drawing(
    open_page: Open, tmp_path: Path
) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    draw(page, 7)
    expect(number(page)).to_have_text("7")
    page.locator("#compare").select_option(DEFAULT_MODEL)
    page.locator(".share").get_by_role("link", name="API").first.click()
    example = page.locator("#read .example", has_text="import requests")
    example.get_by_role("button", name="Copy").click()
    expect(example.get_by_role("button")).to_have_text("Copied")
    with page.expect_download() as download:
        page.get_by_role("link", name="sample.png").click()
    download.value.save_as(tmp_path / download.value.suggested_filename)
    program = page.evaluate("navigator.clipboard.readText()")
    script = page.locator("#digits .example", has_text="await fetch").locator("code").inner_text()
    assert "requests.post(" in program
    assert (
        json.loads(
            page.evaluate(
                f"async () => {{ let said; console.log = (text) => (said = text);"
                f" {script} return said; }}"
            )
        )["digits"][0]["digit"]
        == 2
    )
    (address,) = re.findall(r'"(http[^"]+)"', program)
    sent = (tmp_path / "sample.png").read_bytes()
    done = urllib.request.urlopen(urllib.request.Request(address, sent))
    assert json.load(done)["text"] == "2"
    page.get_by_role("link", name="Rejected").first.click()
    page.get_by_role("link", name="Back to the page").click()
    expect(number(page)).to_have_text("7")
    expect(page.locator("#compare")).to_have_value(DEFAULT_MODEL)


def test_a_phone_passes_a_link_on_to_other_programs(open_page: Open) -> None:
    phone = open_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.add_init_script("navigator.share = async (what) => { window.passed = what; };")
    phone.reload()
    draw(phone, 7)
    expect(number(phone)).to_have_text("7")
    press(phone, "Share")
    passed = phone.evaluate("window.passed")
    assert passed["url"].startswith(phone.url.split("#")[0] + "#draw?model=lenet5&d=s")
    assert passed["title"] == phone.title()


# The last stroke comes too late for the address: its timer is never due.
NO_TIME = """const later = window.setTimeout;
  window.setTimeout = (what, wait, ...rest) => (wait === 400 ? 0 : later(what, wait, ...rest));"""


def test_a_reload_in_any_room_loses_nothing_that_was_drawn(open_page: Open) -> None:
    page = open_page()
    draw(page, 7)
    expect(number(page)).to_have_text("7")
    for room in ("Numbers", "Picture"):
        page.get_by_role("link", name=room).click()
        page.wait_for_timeout(600)
        page.reload()
        page.get_by_role("link", name="Draw").click()
        expect(number(page), room).to_have_text("7")
    # The way back from the page of the API.
    page.get_by_role("link", name="Numbers").click()
    page.wait_for_timeout(600)
    page.get_by_role("link", name="API", exact=True).click()
    page.get_by_role("link", name="Back to the page").click()
    expect(page.locator("#room-numbers")).to_be_visible()
    page.get_by_role("link", name="Draw").click()
    expect(number(page)).to_have_text("7")
    # The address of a mistake that is looked into has no room for the sheet.
    page.get_by_role("link", name="Numbers").click()
    page.locator(".mistakes button").first.click()
    page.wait_for_url(re.compile("d=i"))
    page.reload()
    expect(page.locator(".whose")).to_have_text("The image in the link.")
    press(page, "Back to the sheet")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 7")


def test_a_reload_right_after_a_stroke_keeps_it(open_page: Open) -> None:
    page = open_page()
    page.add_init_script(NO_TIME)
    page.reload()
    page.wait_for_selector("#room-draw:not([hidden])")
    draw(page, 7)
    page.reload()
    expect(number(page)).to_have_text("7")
    press(page, "Clear")
    page.reload()
    expect(page.locator("#draw-answer .badge")).to_have_text("waiting")
    expect(page.locator(".hint")).to_be_visible()


def read_nothing(page: Any, model: str = "lenet5") -> None:
    """Let whatever is drawn be read as blank: a label would take the next click for itself."""
    blank = {"status": "blank", "width": 1, "height": 1, "text": "", "numbers": [], "digits": []}
    page.route(
        "**/v1/read*",
        lambda route: route.fulfill(json={**blank, "model": model, "rejected": []}),
    )


def test_a_sheet_too_full_for_an_address_survives_a_reload(open_page: Open) -> None:
    page = open_page()
    read_nothing(page)
    sheet = page.locator(".ink").bounding_box()
    for index in range(150):
        page.mouse.click(sheet["x"] + 20 + 30 * (index % 15), sheet["y"] + 20 + 30 * (index // 15))
    page.wait_for_timeout(600)
    assert "d=" not in page.url
    page.reload()
    expect(page.locator("#draw-answer .badge")).to_have_text("blank")
    assert saved(page, "SVG").read_text().count("<circle") == 150
    # Another address in the same tab is obeyed; what was kept is not for it.
    home = page.url.split("#")[0]
    page.goto("about:blank")
    page.goto(home)
    page.wait_for_selector("#room-draw:not([hidden])")
    expect(page.locator(".hint")).to_be_visible()


def test_without_storage_the_page_works_and_its_address_is_kept(open_page: Open) -> None:
    page = open_page()
    page.add_init_script(
        """Object.defineProperty(window, "sessionStorage",
             { get() { throw new DOMException("denied", "SecurityError"); } });"""
    )
    page.reload()
    draw(page, 7)
    expect(number(page)).to_have_text("7")
    page.wait_for_url(re.compile("d=s"))
    page.reload()
    expect(number(page)).to_have_text("7")


def test_links_are_short_whatever_the_models_are_called(open_page: Open, tmp_path: Path) -> None:
    names = ["名" * 80, "字" * 70]
    runs = [run_of_classes(tmp_path / name, list("0123456789")) for name in names]
    with serving(*runs) as named:
        page = open_page(address=named.address, permissions=["clipboard-read", "clipboard-write"])
        page.locator("#compare").select_option(names[1])
        for place in (0.1, 0.3, 0.5, 0.7, 0.9):
            draw(page, 8, at=place, height=0.35)
        expect(number(page)).to_have_text(re.compile("^8(\\s*8){4}$"))
        said = page.locator("#draw-answer .share > p")
        press(page, "Copy link")
        expect(said).to_contain_text("The link is copied.")
        link = page.evaluate("navigator.clipboard.readText()")
        assert len(link) <= 2000
        assert "&d=s" in link
        other = open_page(address=link)
        expect(other.locator("#compare")).to_have_value(names[1])
        expect(number(other)).to_have_text(re.compile("^8(\\s*8){4}$"))
        # What does not fit is told, in Look inside too; an image has no shorter form.
        read_nothing(page, names[0])
        press(page, "Undo")
        expect(number(page)).to_have_text("")
        page.evaluate("scrollTo(0, 0)")
        sheet = page.locator(".ink").bounding_box()
        for index in range(60):
            page.mouse.click(sheet["x"] + 20 + 9 * index, sheet["y"] + 20 + 9 * (index % 2))
        press(page, "Copy link")
        expect(said).to_contain_text("This is too much for a link")
        other.close()
        page.get_by_role("link", name="Look inside").click()
        page.locator("#inside-side").get_by_role("button", name="Copy link").click()
        said = page.locator("#inside-side .share > p")
        expect(said).to_contain_text("This is too much for a link")
        page.get_by_role("link", name="Numbers").click()
        page.locator(".mistakes button").first.click()
        page.locator("#inside-side").get_by_role("button", name="Copy link").click()
        expect(said).to_contain_text("This is too much for a link")


BROKEN = "The drawing in this link cannot be read"
BROKEN_LINKS = {
    "#inside?model=nobody": "This link names the model “nobody”, which is not served here.",
    "#draw?d=s%%%": BROKEN,
    "#draw?d=sABC": BROKEN,
    "#draw?d=s" + "A" * 5000: BROKEN,
    "#draw?d=sAAH__8gCAAEQABBkAGQ": BROKEN,  # a sheet of 1 by 65535
    "#draw?d=sAAAH_8gCAAEQABBkAGQ": BROKEN,  # of 0 by 2047
    "#inside?d=iAAAA": BROKEN,
    "#draw?colour=red": "A link to this page takes no “colour=”.",
}


def test_a_broken_link_is_one_clear_line(open_page: Open) -> None:
    page = open_page()
    home = page.url.split("#")[0]
    for link, words in BROKEN_LINKS.items():
        page.goto("about:blank")
        page.goto(home + link)
        expect(page.locator("#notice")).to_contain_text(words)
        expect(page.locator(".pad"), link).to_be_visible()


def test_a_drawing_that_the_browser_cannot_paint_is_told_and_the_next_is_read(
    chromium: Any, served: Live
) -> None:
    page = chromium.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(served.address)
    page.evaluate(
        """() => {
             const whole = HTMLCanvasElement.prototype.toBlob;
             window.mend = () => { HTMLCanvasElement.prototype.toBlob = whole; };
             HTMLCanvasElement.prototype.toBlob = (done) => done(null);
           }"""
    )
    draw(page, 7)
    expect(page.locator("#notice")).to_contain_text("The page could not do that")
    assert troubles
    page.evaluate("window.mend()")
    draw(page, 1, at=0.2)
    expect(number(page)).to_have_text(re.compile("1\\s*7"))
    expect(page.locator("#notice")).to_be_hidden()
    page.close()


def test_answers_are_saved_as_files_that_say_what_the_page_says(open_page: Open) -> None:
    page = open_page()
    draw(page, 2, at=0.25)
    draw(page, 7, at=0.75)
    expect(number(page)).to_have_text(re.compile("2\\s*7"))
    at_rest(page)
    (reading,) = json.loads(saved(page, "JSON").read_text())
    assert [digit["digit"] for digit in reading["digits"]] == [2, 7]
    rows = list(csv.DictReader(io.StringIO(saved(page, "CSV").read_text())))
    assert [row["answer"] for row in rows] == ["2", "7"]
    assert float(rows[0]["2"]) == pytest.approx(reading["digits"][0]["probability"])
    picture = saved(page, "PNG")
    assert str(Reader("lenet5").read(picture)).replace(" ", "") == "27"
    # The SVG shows the same strokes: the browser draws it, and it is read alike.
    upright = saved(page, "SVG").read_text()
    assert upright.count("<path") == 2
    page.get_by_role("link", name="Picture").click()
    drawing = picture.with_suffix(".svg")
    drawing.write_text(upright)
    upload(page, drawing)
    expect(number(page, "picture")).to_have_text(re.compile("2\\s*7"))
    upload(page, PICTURES / "7-small.png")
    expect(number(page, "picture")).to_have_text("7")
    marked = Image.open(saved(page, "PNG", "picture")).convert("RGB")
    with Image.open(PICTURES / "7-small.png") as given:
        assert marked.size == given.size
    # On paper there are no buttons that do something.
    page.emulate_media(media="print")
    for hidden in (".top", ".share", "#picture-answer .main"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(number(page, "picture")).to_be_visible()
    page.evaluate("location.hash = '#draw'")
    expect(number(page)).to_be_visible()
    printed = page.inner_text("main")
    for left_over in ("Pen", "Write one for me", "Save the drawing", "arrow keys", "The same for"):
        assert left_over not in printed


def test_the_page_is_framed_by_the_origins_that_may_and_no_others(chromium: Any) -> None:
    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = f'<!doctype html><iframe src="{frame}"></iframe>'.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    host = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{host.server_port}"
    try:
        with serving("lenet5", DEFAULT_MODEL, "--allow-embed", origin) as framed:
            frame = f"{framed.address}?embed=1"
            page = chromium.new_page()
            page.goto(origin)
            inner = page.frame_locator("iframe")
            expect(inner.locator(".ink")).to_be_visible()
            for hidden in (".foot", "#scheme"):
                expect(inner.locator(hidden)).to_be_hidden()
            inner.get_by_role("button", name="Write a 3 for me").click()
            expect(inner.locator("#draw-answer .number")).to_have_text("3")
            # Another room is no dead end: the rooms and the models are there in any frame.
            inner.locator("#draw-answer .main").click()
            expect(inner.locator(".stream-answer")).to_contain_text("reads a 3")
            expect(inner.get_by_role("heading", name="Look inside")).to_be_focused()
            for size in ((300, 150), (400, 600), (700, 400), (1000, 500)):
                wide = page.locator("iframe").evaluate(
                    """(frame, [width, height]) => {
                         [frame.width, frame.height] = [width, height];
                         return width;
                       }""",
                    size,
                )
                bar = inner.locator(".top").bounding_box()
                left = page.locator("iframe").bounding_box()["x"]
                assert bar["height"] < 64
                edge = left
                for part in inner.locator(".rooms a, #model, #compare").all():
                    expect(part).to_be_in_viewport(ratio=0.99)
                    box = part.bounding_box()
                    assert box["width"] >= 38, size
                    assert box["y"] < bar["y"] + bar["height"], size
                    assert edge < box["x"] + 1, size  # nothing lies over what is before it
                    edge = box["x"] + box["width"]
                    assert edge < left + wide, size
            inner.get_by_role("link", name="Draw").click()
            expect(inner.locator(".ink")).to_be_visible()
            inner.locator("#model").select_option(DEFAULT_MODEL)
            expect(inner.locator("#draw-answer .number")).to_have_text("3")
            page.close()
    finally:
        host.shutdown()
        host.server_close()


def test_a_service_without_embedding_forbids_it(served: Live) -> None:
    connection = served.connect()
    connection.request("GET", "/")
    policy = connection.getresponse().headers["Content-Security-Policy"]
    connection.close()
    assert "frame-ancestors 'none'" in policy


def test_the_page_shows_the_code_that_a_phone_opens(open_page: Open) -> None:
    page = open_page()
    home = "http://192.168.178.23:8000/"

    def as_on_a_network(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(json={**answer.json(), "address": home, "code": code_of(home)})

    page.route("**/v1/models", as_on_a_network)
    page.reload()
    page.locator(".network summary").click()
    expect(page.locator(".network a")).to_have_attribute("href", home)
    code = page.get_by_role("img", name=home)
    photo = np.asarray(Image.open(io.BytesIO(code.screenshot())).convert("RGB"))
    assert cv2.QRCodeDetector().detectAndDecode(photo)[0] == home

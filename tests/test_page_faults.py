"""What went wrong on the page once, each with its kind."""

import base64
import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from browser import PICTURES, Open, at_rest, draw, expect, number, press, upload
from lenet.datasets import load
from lenet.reader import DEFAULT_MODEL
from live_service import serving
from pages import rows_of, write

pytestmark = pytest.mark.browser


def shares_of(digit: int, probability: float, second: int) -> list[float]:
    shares = [0.0] * 10
    shares[digit], shares[second] = probability, 1 - probability
    return shares


def reading_of(
    *digits: tuple[int, float, int], refused: int = 0, status: str = "digits"
) -> dict[str, Any]:
    """Return a reading of digits (each with probability and runner-up) and of refused shapes."""
    image = base64.b64encode(bytes(784)).decode()
    return {
        "picture": "picture", "model": "lenet5", "status": status, "width": 640, "height": 400,
        "text": "".join(str(digit) for digit, *_ in digits),
        "numbers": [{"text": str(digit), "digits": [at]} for at, (digit, *_) in enumerate(digits)],
        "digits": [
            {"digit": digit, "probability": share, "probabilities": shares_of(digit, share, second),
             "status": "digit", "box": [60 * at, 100, 40, 80], "image": image}
            for at, (digit, share, second) in enumerate(digits)
        ],
        "rejected": [
            {"box": [30 * at, 300, 20, 40], "reason": "not_a_digit", "image": image}
            for at in range(refused)
        ],
    }  # fmt: skip


def answer_with(page: Any, reading: dict[str, Any]) -> None:
    """Make the service answer every picture with this reading, and have one read."""
    page.unroute("**/v1/read*")
    page.route("**/v1/read*", lambda route: route.fulfill(json=reading))
    press(page, "Write a 3 for me")


def test_every_answer_says_how_far_it_can_be_relied_on(open_page: Open) -> None:
    page = open_page()
    answer = page.locator("#draw-answer")
    answer_with(page, reading_of((8, 0.9987, 3)))
    expect(answer.locator(".sentence")).to_have_text("This is an 8: 99.9 % sure.")
    expect(page.get_by_role("button", name="Write an 8 for me")).to_be_visible()
    expect(answer.locator(".ask")).to_have_text("Not an 8? Say what it is:")

    answer_with(page, reading_of((4, 0.558, 9)))
    expect(answer.locator(".badge")).to_have_text("likely")
    expect(answer.locator(".sentence")).to_have_text(
        "Probably a 4 (55.8 %), but perhaps a 9 (44.2 %)."
    )
    expect(page.locator(".pad .box.likely")).to_have_text("4")
    expect(answer.get_by_role("button", name="probably 4, 55.8 %")).to_be_visible()

    # Of refused shapes each can be chosen, with a digit beside them or without one.
    answer_with(page, reading_of(refused=3, status="nothing"))
    answer.get_by_role("button", name="Look at shape 3 that was left out").click()
    expect(page.locator(".pad .box").nth(2)).to_have_class(re.compile("chosen"))
    answer_with(page, reading_of((4, 0.99, 9), refused=20))
    step = answer.get_by_role("button", name="Look at the next shape that was left out")
    for _ in range(3):
        step.click()
    expect(answer.locator(".at")).to_have_text("3 of 20")
    expect(answer.locator(".badge")).to_have_text("not a digit")
    answer.get_by_role("button", name="Look at the previous shape that was left out").click()
    expect(answer.locator(".at")).to_have_text("2 of 20")


def test_strokes_are_redone_and_rubbed_out(open_page: Open) -> None:
    page = open_page()
    draw(page, 1, at=0.25)
    draw(page, 7, at=0.75)
    expect(number(page)).to_have_text(re.compile("1\\s*7"))
    page.keyboard.press("Control+z")
    expect(number(page)).to_have_text("1")
    page.keyboard.press("Control+Shift+z")
    expect(number(page)).to_have_text(re.compile("1\\s*7"))
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+y")
    expect(number(page)).to_have_text(re.compile("1\\s*7"))
    expect(page.get_by_role("button", name="Redo")).to_be_disabled()

    press(page, "Eraser")
    sheet = page.locator(".ink").bounding_box()
    x, y = sheet["x"] + sheet["width"] / 4, sheet["y"]
    page.mouse.move(x - 60, y + 0.15 * sheet["height"])
    page.mouse.down()
    for step in range(60):
        page.mouse.move(x - 60 + 120 * (step % 2), y + (0.15 + step / 80) * sheet["height"])
    page.mouse.up()
    expect(number(page)).to_have_text("7")
    press(page, "Undo")
    expect(number(page)).to_have_text(re.compile("1\\s*7"))
    # A touch that meets no ink is no step to undo.
    page.mouse.click(sheet["x"] + 5, sheet["y"] + 5)
    press(page, "Redo")
    expect(number(page)).to_have_text("7")
    press(page, "Clear")
    expect(page.get_by_role("button", name="Eraser")).to_have_attribute("aria-pressed", "false")


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.outerHTML.slice(0, 80)"))


def test_the_focus_is_never_lost_with_what_was_pressed(open_page: Open) -> None:
    page = open_page(permissions=["camera"])
    press(page, "Write a 3 for me")
    for name in ("Undo", "Redo", "Clear"):
        button = page.get_by_role("button", name=name)
        button.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".ink")).to_be_focused()
    page.get_by_role("link", name="Numbers").click()
    page.locator("#model").select_option("lenet5")
    page.get_by_role("button", name=re.compile("^Show all")).press("Enter")
    expect(page.locator(".mistakes button").nth(36)).to_be_focused()
    page.get_by_role("link", name="Look inside").click()
    expect(page.locator(".stream-answer")).to_be_visible()
    page.get_by_label(re.compile("Numbers of C1")).press("ArrowUp")
    page.get_by_role("button", name="Close the lens").press("Enter")
    page.wait_for_timeout(100)
    assert not focused(page).startswith("<body"), "after closing the lens"
    page.get_by_role("link", name="Picture").click()
    page.get_by_role("button", name="Live camera").press("Enter")
    expect(page.get_by_role("button", name="Take this picture")).to_be_focused()
    page.get_by_role("button", name="Close the camera").press("Enter")
    expect(page.get_by_role("button", name="Live camera")).to_be_focused()
    page.evaluate(TWO_CAMERAS)
    page.get_by_role("button", name="Live camera").press("Enter")
    press(page, "Other camera")
    page.wait_for_selector(".camera video[data-ready]")
    assert page.evaluate("window.wanted") == [{"facingMode": "environment"}, {"deviceId": "back"}]
    press(page, "Take this picture")
    expect(page.locator(".frame img")).to_be_visible()
    page.get_by_role("button", name="Remove").press("Enter")
    expect(page.get_by_role("button", name="Choose a picture")).to_be_focused()
    expect(page.locator(".drop")).to_be_visible()
    expect(number(page, "picture")).to_have_text("")


# Chromium's camera made of a file is the only one: pretend that there is a second.
TWO_CAMERAS = """() => {
  const { mediaDevices } = navigator;
  const ask = mediaDevices.getUserMedia.bind(mediaDevices);
  window.wanted = [];
  mediaDevices.getUserMedia = async ({ video: { width, height, ...which }, ...others }) => {
    window.wanted.push(which);
    const stream = await ask({ video: true, ...others });
    if (window.wanted.length > 1) document.querySelector("video").dataset.ready = "";
    return stream;
  };
  mediaDevices.enumerateDevices = async () =>
    ["back", "front"].map((deviceId) => ({ kind: "videoinput", deviceId }));
}"""


def happen(page: Any, event: str, **data: str) -> None:
    """Let a paste or a drop of data of some types happen on the page."""
    page.evaluate(
        """([event, data]) => {
             const transfer = new DataTransfer();
             for (const [type, text] of Object.entries(data)) transfer.setData(type, text);
             const how = { bubbles: true, cancelable: true };
             document.body.dispatchEvent(event === "paste"
               ? new ClipboardEvent(event, { ...how, clipboardData: transfer })
               : new DragEvent(event, { ...how, dataTransfer: transfer }));
           }""",
        [event, data],
    )


def test_what_is_pasted_or_dropped_by_accident_leads_nowhere(open_page: Open) -> None:
    page = open_page()
    press(page, "Write a 3 for me")
    expect(number(page)).to_have_text("3")
    happen(page, "paste", **{"text/plain": "words"})
    expect(page.locator("#room-draw")).to_be_visible()
    expect(page.locator("#notice")).to_be_hidden()
    happen(page, "drop", **{"text/uri-list": "http://example.org/3.png"})
    expect(page.locator("#room-draw")).to_be_visible()
    expect(page.locator("#notice")).to_contain_text("That was a link.")
    # The browser leaves the page with a link unless the page takes it.
    stays = page.evaluate(
        """() => {
             const data = new DataTransfer();
             data.setData("text/uri-list", "http://example.org");
             return ["dragover", "drop"].map((kind) => !document.body.dispatchEvent(
               new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data })));
           }"""
    )
    assert stays == [True, True]


SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 400"><rect width="300"
height="400" fill="#fff"/><path d="M150 60V340" stroke="#000" stroke-width="34"/></svg>"""


def test_pictures_that_the_service_would_refuse_are_drawn_by_the_browser(
    open_page: Open, tmp_path: Path
) -> None:
    page = open_page("picture", expect_errors=True)
    page.wait_for_selector("#room-picture:not([hidden])")
    note = page.locator("#picture-side .note")
    (tmp_path / "one.svg").write_text(SVG)
    upload(page, tmp_path / "one.svg")
    expect(number(page, "picture")).to_have_text("1")
    expect(note).to_contain_text("your browser drew it")
    Image.open(PICTURES / "2-mouse.png").convert("RGB").save(tmp_path / "two.avif")
    upload(page, tmp_path / "two.avif")
    expect(number(page, "picture")).to_have_text("2")

    wide = np.full((3150, 8000), 255, np.uint8)
    sheet = np.kron(rows_of("7 3"), np.ones((6, 6), np.uint8))
    wide[400 : 400 + len(sheet), 600 : 600 + sheet.shape[1]] = sheet
    Image.fromarray(wide).save(tmp_path / "wide.png")
    upload(page, tmp_path / "wide.png")
    expect(note).to_contain_text("The picture had 25,200,000 pixels; it was made smaller, 4000 × ")
    expect(number(page, "picture")).to_have_text(re.compile("7\\s*3"))

    # After a good picture, one that nobody can read leaves no empty half.
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    upload(page, tmp_path / "a.pdf")
    expect(page.locator("#picture-side .problem")).to_contain_text("PDF")
    expect(page.locator(".drop")).to_be_visible()
    expect(number(page, "picture")).to_have_text("")
    expect(page.locator(".crops button")).to_have_count(0)

    strip = np.full((60, 4000), 255, np.uint8)
    for place, digit in enumerate("7318"):
        write(strip, digit, (500 + 800 * place, 48), height=36, pen=4)
    Image.fromarray(strip).save(tmp_path / "strip.png")
    page.locator("#model").select_option(DEFAULT_MODEL)
    upload(page, tmp_path / "strip.png")
    expect(number(page, "picture")).to_have_text(re.compile("7\\s*3\\s*1\\s*8"))


def test_a_page_that_stays_open_follows_a_service_with_other_models(
    open_page: Open, tmp_path: Path
) -> None:
    with serving("lenet5") as first:
        page = open_page(address=first.address, expect_errors=True)
        press(page, "Write a 3 for me")
        expect(number(page)).to_have_text("3")
        port = first.port
        first.stop()
    with serving(DEFAULT_MODEL, "--port", port):
        press(page, "Write a 1 for me")
        expect(number(page)).to_have_text("1")
        expect(page.locator("#model")).to_have_value(DEFAULT_MODEL)
        expect(page.locator("#notice")).to_have_text(
            f"“lenet5” is no longer served. “{DEFAULT_MODEL}” answers now."
        )
        page.get_by_role("link", name="Look inside").click()
        expect(page.locator(".stream h3")).to_have_text(DEFAULT_MODEL)
        expect(page.locator("#notice")).to_be_hidden()


def test_numbers_follow_a_service_with_other_models_and_another_token(open_page: Open) -> None:
    with serving("lenet5", LENET_TOKEN="one") as first:
        page = open_page(address=first.address, expect_errors=True)
        expect(page.locator("#model")).to_have_value("lenet5")
        port = first.port
        first.stop()
    with serving(DEFAULT_MODEL, "--port", port, LENET_TOKEN="one") as second:
        page.get_by_role("link", name="Numbers").click()
        expect(page.locator("#model")).to_have_value(DEFAULT_MODEL)
        expect(page.locator(".model h3")).to_have_text(DEFAULT_MODEL)
        expect(page.locator("#notice")).to_have_text(
            f"“lenet5” is no longer served. “{DEFAULT_MODEL}” answers now."
        )
        expect(page.locator(".confusion")).to_be_visible()
        page = open_page(address=second.address, expect_errors=True)
        expect(page.locator("#model")).to_have_value(DEFAULT_MODEL)
        second.stop()
    with serving("lenet5", "--port", port, LENET_TOKEN="two"):
        page.get_by_role("link", name="Numbers").click()
        expect(page.get_by_label("Token")).to_be_focused()
        expect(page.locator("#notice")).to_contain_text("the token is missing or wrong")
        page.get_by_label("Token").fill("two")
        press(page, "Enter")
        expect(page.locator("#door")).to_be_hidden()
        expect(page.locator(".model h3")).to_have_text("lenet5")
        expect(page.locator(".confusion")).to_be_visible()
        expect(page.locator("#notice")).to_contain_text("“lenet5” answers now.")


def test_a_part_that_fails_is_heard_of_by_the_page(open_page: Open) -> None:
    page = open_page("numbers", expect_errors=True)
    expect(page.locator(".facts").last).to_be_visible()
    notice = page.locator("#notice")
    # Out of reach: the notice goes when the part is there at last.
    page.route("**/card", lambda route: route.abort("connectionrefused"))
    page.reload()
    expect(page.locator("#numbers-body .problem").first).to_contain_text("cannot be reached")
    expect(notice).to_contain_text("cannot be reached")
    page.unroute("**/card")
    page.get_by_role("button", name="Try again").first.click()
    expect(page.locator(".facts").last).to_be_visible()
    expect(notice).to_be_hidden()
    # Of the same models the part alone says what it lacks, and the room is not built anew.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.route("**/scores", lambda route: route.fulfill(status=404, json={"error": "Gone."}))
    page.reload()
    expect(page.locator("#numbers-body .problem").first).to_contain_text("Gone.")
    expect(page.locator(".facts").last).to_be_visible()
    at_rest(page)
    assert asked.count("mistakes") == 1
    expect(notice).to_be_hidden()
    # Parts of Look inside as well.
    page.route("**/embedding", lambda route: route.fulfill(status=401, json={"error": "No."}))
    page.get_by_role("link", name="Look inside").click()
    expect(page.get_by_label("Token")).to_be_focused()
    expect(page.locator(".among")).to_contain_text("No.")


def test_whoever_has_no_token_yet_is_not_told_that_it_is_wrong(open_page: Open) -> None:
    with serving("lenet5", LENET_TOKEN="open-sesame") as closed:
        page = open_page(address=closed.address.split("#")[0], expect_errors=True)
        expect(page.get_by_label("Token")).to_be_focused()
        expect(page.locator("#notice")).to_be_hidden()
        page.get_by_label("Token").fill("wrong")
        press(page, "Enter")
        expect(page.locator("#notice")).to_contain_text("the token is missing or wrong")
        page.reload()
        expect(page.get_by_label("Token")).to_be_focused()
        expect(page.locator("#notice")).to_be_hidden()


def test_cells_are_told_in_whole_sentences(open_page: Open) -> None:
    page = open_page("inside")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    page.get_by_label(re.compile("Numbers of image")).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    spoken = page.locator("#spoken")
    expect(spoken).to_contain_text("image map 1 of 1, row 15, column 15: ")
    expect(spoken).to_contain_text("Sees row 15 and column 15 of the image.")
    expect(spoken).not_to_contain_text("::")
    expect(page.locator(".lens-title")).to_contain_text("row 15, column 15: ")


def test_corrections_leave_the_page_as_files_that_can_be_trained_on(
    open_page: Open, tmp_path: Path
) -> None:
    page = open_page()
    press(page, "Write a 4 for me")
    expect(number(page)).to_have_text("4")
    at_rest(page)
    press(page, "It is a 9")
    expect(page.locator(".said")).to_contain_text("Kept: this is a 9.")
    page.get_by_role("link", name="Numbers").click()
    with page.expect_download() as saved:
        press(page, "Save all corrections as JSON")
    every = json.loads(Path(saved.value.path()).read_text())
    assert every[0]["truth"] == 9
    with page.expect_download() as saved:
        press(page, "Save the corrected digits as CSV, to train with")
    assert saved.value.suggested_filename == "corrections.csv"
    text = Path(saved.value.path()).read_text()
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 1 + sum(each["truth"] is not None for each in every)
    (tmp_path / "corrections.csv").write_text(
        text + "".join(f"{i},{'0,' * 783}9\n" for i in range(10))
    )
    data = load(f"csv:{tmp_path / 'corrections.csv'}")
    assert 9 in data.train.labels
    page.get_by_role("button", name="Take back: this is a 9").first.press("Enter")
    page.wait_for_timeout(500)
    assert not focused(page).startswith("<body"), "after taking back a correction"

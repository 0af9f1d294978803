"""Drawing on the page of `lenet serve`, and what it says of what is drawn."""

import base64
import csv
import io
import re
import time
from pathlib import Path
from typing import Any

import pytest

from browser import PICTURES, Open, at_rest, draw, expect, number, press, upload
from lenet.reader import DEFAULT_MODEL
from percents import PERCENTS

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("model", [DEFAULT_MODEL, "lenet5"])
def test_every_digit_that_is_drawn_with_the_mouse_is_read(open_page: Open, model: str) -> None:
    page = open_page()
    page.locator("#model").select_option(model)
    for digit in range(10):
        draw(page, digit)
        # Answers to the stroke's first points may come before it.
        expect(number(page)).to_have_text(str(digit))
        expect(page.locator("#draw-answer .time")).to_contain_text(model)
        press(page, "Clear")
        expect(number(page)).to_have_text("")


def test_the_answer_is_there_while_the_pen_is_still_down(open_page: Open) -> None:
    page = open_page()
    sheet = page.locator(".ink").bounding_box()
    page.mouse.move(sheet["x"] + 300, sheet["y"] + 80)
    page.mouse.down()
    for y in range(80, 320, 8):
        page.mouse.move(sheet["x"] + 300, sheet["y"] + y)
    expect(number(page)).to_have_text("1")
    expect(page.locator(".pad .box.chosen")).to_have_text("1")
    # What was read is not asked again as the pen is lifted.
    at_rest(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.mouse.up()
    page.wait_for_timeout(500)
    assert not asked


def test_every_digit_that_the_page_writes_is_read_at_the_speed_of_a_hand(open_page: Open) -> None:
    page = open_page(reduced_motion="no-preference")
    for digit in range(10):
        press(page, f"Write a{'n' if digit == 8 else ''} {digit} for me")
        expect(number(page)).to_have_text(str(digit))
        press(page, "Clear")
        expect(number(page)).to_have_text("")


def test_a_number_is_read_left_to_right_and_any_digit_can_be_chosen(
    open_page: Open,
) -> None:
    page = open_page()
    for place, digit in enumerate((2, 0, 7)):
        draw(page, digit, at=0.2 + 0.3 * place, height=0.5)
    expect(number(page)).to_have_text("207")
    # The one that was written last is the one that is looked at.
    expect(page.locator("#draw-answer .sentence")).to_contain_text("7")
    page.get_by_role("button", name=re.compile("^2, ")).click()
    expect(page.locator("#draw-answer .bars .best .name")).to_have_text("2")
    expect(page.locator(".pad .box.chosen")).to_have_text("2")
    assert page.locator(".pad .box").count() == 3
    expect(page.locator("#draw-answer")).to_contain_text("This is about digit 1 of 3.")
    # So does a tap on the label of a box, which leaves no dot; a stroke that begins there is one.
    page.wait_for_url("**/#draw?d=*")
    drawn = page.evaluate("location.hash")
    label = page.locator(".pad .box", has_text="0").locator("span").bounding_box()
    spot = (label["x"] + label["width"] / 2, label["y"] + label["height"] / 2)
    page.mouse.click(*spot)
    expect(page.locator(".pad .box.chosen")).to_have_text("0")
    expect(page.locator("#draw-answer")).to_contain_text("This is about digit 2 of 3.")
    page.wait_for_timeout(600)
    assert page.evaluate("location.hash") == drawn
    page.get_by_role("button", name=re.compile("^2, ")).click()
    # A new answer to the same drawing leaves the choice as it is.
    page.locator("#model").select_option(DEFAULT_MODEL)
    expect(page.locator("#draw-answer .time")).to_contain_text(DEFAULT_MODEL)
    expect(page.locator("#draw-answer .bars .best .name")).to_have_text("2")


def test_the_image_that_is_shown_is_the_one_the_network_got(open_page: Open) -> None:
    page = open_page()
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer) if "/v1/read" in answer.url else None)
    press(page, "Write a 4 for me")
    expect(number(page)).to_have_text("4")
    at_rest(page)
    sent = base64.b64decode(answers[-1].json()["digits"][0]["image"])
    shown = page.evaluate(
        """() => [...document.querySelector("#draw-answer .digit-image").getContext("2d")
             .getImageData(0, 0, 28, 28).data].filter((_, index) => index % 4 === 3)"""
    )
    assert bytes(shown) == sent


def test_undo_takes_back_strokes_and_clearing(open_page: Open) -> None:
    page = open_page()
    draw(page, 1)
    expect(number(page)).to_have_text("1")
    press(page, "Clear")
    expect(page.locator("#draw-answer .badge")).to_have_text("waiting")
    press(page, "Undo")
    expect(number(page)).to_have_text("1")
    page.keyboard.press("Control+z")
    expect(number(page)).to_have_text("")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_only_the_newest_question_waits_and_only_one_is_on_its_way(open_page: Open) -> None:
    page = open_page()
    page.evaluate(
        """() => {
             window.most = window.now = window.all = 0;
             const send = window.fetch;
             window.fetch = async (...question) => {
               window.all++;
               window.most = Math.max(window.most, ++window.now);
               await new Promise((wake) => setTimeout(wake, 120));
               try { return await send(...question); } finally { window.now--; }
             };
           }"""
    )
    for place in (0.2, 0.5, 0.8):
        draw(page, 8, at=place)
    expect(number(page)).to_have_text("888")
    assert page.evaluate("window.most") == 1
    assert page.evaluate("window.all") < 60  # of some hundred movements


def test_a_pen_that_is_pressed_harder_writes_thicker(open_page: Open) -> None:
    page = open_page()
    sheet = page.locator(".ink").bounding_box()
    pen = page.context.new_cdp_session(page)

    def line(x: float, force: float) -> None:
        for kind, y in [("mousePressed", 60), *(("mouseMoved", y) for y in range(70, 200, 10))]:
            pen.send(
                "Input.dispatchMouseEvent",
                {"type": kind, "x": sheet["x"] + x, "y": sheet["y"] + y, "force": force,
                 "button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"},
            )  # fmt: skip
        pen.send(
            "Input.dispatchMouseEvent",
            {"type": "mouseReleased", "x": sheet["x"] + x, "y": sheet["y"] + 200,
             "button": "left", "pointerType": "pen"},
        )  # fmt: skip

    line(100, 0.1)
    line(300, 0.9)
    page.wait_for_timeout(200)
    ink = page.evaluate(
        """() => [100, 300].map((x) => {
             const canvas = document.querySelector(".ink");
             const ratio = canvas.width / canvas.clientWidth;
             const row = canvas.getContext("2d")
               .getImageData((x - 60) * ratio, 140 * ratio, 120 * ratio, 1).data;
             return row.filter((value, index) => index % 4 === 3 && value > 127).length / ratio;
           })"""
    )
    assert ink[1] > 2 * ink[0] > 0


def test_no_more_pixels_are_sent_than_a_drawing_needs(open_page: Open) -> None:
    page = open_page()
    answers: list[Any] = []
    page.on("response", lambda answer: answers.append(answer) if "/v1/read" in answer.url else None)
    draw(page, 7)
    expect(number(page)).to_have_text("7")
    at_rest(page)
    assert {answer.json()["width"] for answer in answers} == {320}
    page.locator(".width input").fill("1")  # the thinnest pen
    draw(page, 4, at=0.15, height=0.3)
    expect(number(page)).to_have_text(re.compile(r"4\s*7"))
    at_rest(page)
    assert 320 < answers[-1].json()["width"] <= 640


def test_a_pointer_brings_no_hint_about_keys(open_page: Open) -> None:
    page = open_page()
    page.locator("#model").focus()
    page.keyboard.press("ArrowDown")  # the browser shows the focus of who uses keys
    draw(page, 7)
    expect(number(page)).to_have_text("7")
    expect(page.locator(".sheet.keyed")).to_have_count(0)


def test_the_sheet_can_be_drawn_on_with_keys_alone(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the content")).to_be_focused()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('ink')"):
            break
    expect(page.locator(".ink")).to_be_focused()
    for _ in range(6):
        page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Space")
    for _ in range(14):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Space")
    expect(number(page)).to_have_text("1")
    expect(page.locator("#spoken")).to_contain_text("This is a 1")
    page.keyboard.press("Backspace")
    expect(number(page)).to_have_text("")


LETTER_A = ([(0.0, 1.0), (0.35, 0.0), (0.7, 1.0)], [(0.15, 0.65), (0.55, 0.65)])


def test_a_letter_is_no_digit_and_can_be_looked_into_and_corrected(open_page: Open) -> None:
    page = open_page()
    page.locator("#model").select_option(DEFAULT_MODEL)
    sheet = page.locator(".ink").bounding_box()
    high = 0.6 * sheet["height"]
    for line in LETTER_A:
        for index, (x, y) in enumerate(line):
            page.mouse.move(
                sheet["x"] + sheet["width"] / 3 + high * x, sheet["y"] + 60 + high * y, steps=12
            )
            if not index:
                page.mouse.down()
        page.mouse.up()
    expect(page.locator("#draw-answer .badge")).to_have_text("not a digit")
    expect(page.locator("#draw-answer .left-out")).to_have_text(
        "Left out: one shape that is not a digit."
    )
    expect(page.locator(".pad .box")).to_have_text("not a digit")
    assert number(page).inner_text() == ""
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the answers as CSV").click()
    (row,) = csv.DictReader(io.StringIO(Path(download.value.path()).read_text()))
    assert (row["model"], row["answer"], row["status"]) == (DEFAULT_MODEL, "", "not_a_digit")
    expect(page.locator("#draw-answer .ask")).to_have_text(
        "It is a digit after all? Say which, or that it is none:"
    )
    expect(page.locator("#draw-answer .refusal")).to_contain_text("too unlike the digits")
    expect(page.locator("#draw-answer .bars")).to_be_hidden()
    page.locator("#draw-answer").get_by_role("button", name="See why").click()
    expect(page.locator(".stream-answer")).to_contain_text("does not take it for a digit")
    score = page.get_by_text("It is below the threshold")
    expect(score).to_be_in_viewport()


BLANK = {"picture": "picture", "model": "lenet5", "text": "", "width": 640, "height": 400,
         "numbers": [], "digits": [], "rejected": []}  # fmt: skip


def digit_of(digit: int, probability: float, status: str) -> dict[str, Any]:
    shares = [(1 - probability) / 9] * 10
    shares[digit] = probability
    image = base64.b64encode(bytes(784)).decode()
    return {"digit": digit, "probability": probability, "probabilities": shares,
            "status": status, "box": [200, 100, 100, 200], "image": image}  # fmt: skip


@pytest.mark.parametrize(
    ("reading", "badge", "sentence"),
    [
        ({**BLANK, "status": "blank"}, "blank", "There is nothing on it."),
        (
            {**BLANK, "status": "nothing", "rejected": [{"box": [1, 2, 30, 40], "reason": "sign"}]},
            "not a digit",
            "There is something on it, but no digit.",
        ),
        (
            {
                **BLANK,
                "status": "digits",
                "text": "?",
                "numbers": [{"text": "?", "digits": [0]}],
                "digits": [digit_of(4, 0.46, "uncertain")],
            },
            "uncertain",
            "Perhaps a 4 (46.0 %)",
        ),
        (
            {
                **BLANK,
                "status": "digits",
                "text": "4",
                "numbers": [{"text": "4", "digits": [0]}],
                "digits": [digit_of(4, 0.998, "digit")],
            },
            "digit",
            "This is a 4: 99.8 % sure.",
        ),
    ],
)
def test_the_page_says_honestly_what_was_found(
    open_page: Open, reading: dict[str, Any], badge: str, sentence: str
) -> None:
    page = open_page()
    page.route("**/v1/read*", lambda route: route.fulfill(json=reading))
    press(page, "Write a 3 for me")
    expect(page.locator("#draw-answer .badge")).to_have_text(badge)
    expect(page.locator("#draw-answer .sentence")).to_contain_text(sentence)
    expect(page.locator("#spoken")).to_contain_text(sentence)


def test_a_busy_service_is_asked_again_when_it_said_and_no_earlier(open_page: Open) -> None:
    page = open_page(expect_errors=True)
    page.wait_for_selector(".pad")
    asked: list[float] = []

    def busy(route: Any) -> None:
        asked.append(time.monotonic())
        if len(asked) > 1:
            route.fallback()
            return
        route.fulfill(
            status=429, headers={"Retry-After": "1"}, json={"error": "busy: again in 1 s"}
        )

    page.route("**/v1/read*", busy)
    press(page, "Write a 3 for me")
    expect(page.locator("#notice")).to_have_text("busy: again in 1 s")
    draw(page, 1, at=0.9)
    expect(number(page)).to_have_text("31")
    assert asked[1] - asked[0] > 0.9
    expect(page.locator("#notice")).to_be_hidden()


def test_the_services_own_words_are_shown_and_are_never_markup(open_page: Open) -> None:
    page = open_page("picture", expect_errors=True)
    page.wait_for_selector("#room-picture:not([hidden])")
    evil = "<img src=x onerror=alert(1)> is no picture"
    page.route("**/v1/read*", lambda route: route.fulfill(status=422, json={"error": evil}))
    upload(page, PICTURES / "0-pencil.png")
    expect(page.locator("#picture-side .problem")).to_have_text(evil)
    assert page.locator(".problem img").count() == 0


def test_a_file_that_is_no_picture_is_one_clear_line(open_page: Open, tmp_path: Path) -> None:
    page = open_page("picture", expect_errors=True)
    (tmp_path / "a.png").write_bytes(b"no picture at all")
    upload(page, tmp_path / "a.png")
    expect(page.locator("#picture-side .problem")).to_be_visible()
    expect(number(page, "picture")).to_have_text("")


def test_a_service_that_is_gone_is_said_to_be_gone_and_found_again(open_page: Open) -> None:
    page = open_page(expect_errors=True)
    page.wait_for_selector(".pad")
    page.evaluate(
        """() => {
             window.reach = window.fetch;
             window.fetch = () => Promise.reject(new TypeError("Failed to fetch"));
           }"""
    )
    press(page, "Write a 3 for me")
    expect(page.locator("#notice")).to_contain_text("cannot be reached")
    expect(page.locator("#draw-answer .sentence")).to_have_text("No answer yet.")
    # It is tried again until it is back.
    page.evaluate("() => { window.fetch = window.reach; }")
    expect(number(page)).to_have_text("3")
    expect(page.locator("#notice")).to_be_hidden()


def test_probabilities_are_written_as_the_command_line_does(open_page: Open) -> None:
    page = open_page()

    def with_these(route: Any) -> None:
        reading = route.fetch().json()
        reading["digits"][0]["probabilities"] = list(PERCENTS)
        route.fulfill(json=reading)

    page.route("**/v1/read?*", with_these)
    press(page, "Write a 3 for me")
    shares = page.locator("#draw-answer .bars .shares b:not([hidden])")
    expect(shares).to_have_text(list(PERCENTS.values()))


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("?tokn=secret", "takes no “?tokn”. It was ignored; did you mean #token=…?"),
        ("?colour=red", "takes no “?colour”. It was ignored."),
        ("#insyde", "There is no “#insyde” on this page. Did you mean #inside?"),
        ("#Token", "There is no “#Token” on this page. Did you mean #token=…?"),
        ("#xyz", "There is no “#xyz” on this page. There is #draw, #picture, #inside, #numbers."),
    ],
)
def test_unknown_names_in_the_address_are_reported(open_page: Open, place: str, words: str) -> None:
    page = open_page()
    home = page.url.split("#")[0]
    page.goto("about:blank")
    page.goto(home + place)
    expect(page.locator("#notice")).to_contain_text(words)
    expect(page.locator("#notice")).not_to_contain_text("secret")
    press(page, "Write a 3 for me")
    expect(number(page)).to_have_text("3")
    expect(page.locator("#notice")).to_contain_text(words)
    if place.startswith("#"):
        page.get_by_role("link", name="Picture").click()
        expect(page.locator("#notice")).to_be_hidden()

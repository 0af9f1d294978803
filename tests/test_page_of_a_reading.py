"""What the page shows of a reading: numbers, other characters, and classes by their names."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import pytest
from PIL import Image

from browser import Open, draw, expect, number, press, upload, windows
from live_service import Live, serving
from pages import rows_of
from services import run_of_classes

pytestmark = pytest.mark.browser

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
IMAGE = base64.b64encode(bytes(784)).decode()


def answered(page: Any, **reading: Any) -> None:
    """Make the page show this reading, whatever is drawn."""
    whole = {"picture": "picture", "model": "lenet5", "status": "nothing", "text": "",
             "width": 640, "height": 400, "numbers": [], "digits": [], "rejected": []}  # fmt: skip
    page.route("**/v1/read*", lambda route: route.fulfill(json={**whole, **reading}))
    press(page, "Write a 3 for me")


def test_numbers_stand_apart_and_a_sign_between_them_is_no_digit(
    open_page: Open, tmp_path: Path
) -> None:
    sheet = rows_of("12 34", "5")
    cv2.line(sheet, (225, 80), (270, 80), 0, 6)
    Image.fromarray(sheet).save(tmp_path / "sheet.png")
    page = open_page("picture")
    upload(page, tmp_path / "sheet.png")
    shown = number(page, "picture")
    expect(shown.locator(".together")).to_have_text(["12", "34", "5"])
    expect(shown.locator(".line")).to_have_text(["12 34", "5"])
    two, three = (shown.get_by_role("button", name=name).bounding_box() for name in "23")
    one = shown.get_by_role("button", name="1").bounding_box()
    assert three["x"] - (two["x"] + two["width"]) > two["x"] - (one["x"] + one["width"]) + 8
    expect(page.locator("#spoken")).to_have_text("Read: 1 2, 3 4, 5")
    expect(page.locator("#picture-answer .left-out")).to_have_text(
        "Left out: one character that looks like a letter or a sign, and like no digit."
    )
    sign = page.locator(".frame .box.sign")
    expect(sign).to_have_text("")
    expect(sign).to_have_css("pointer-events", "none")
    expect(page.locator(".crops button")).to_have_count(5)


def test_hundreds_of_other_characters_are_counted_and_framed_quietly(open_page: Open) -> None:
    page = open_page()
    places = [[8 * (index % 75), 12 * (index // 75), 6, 9] for index in range(300)]
    answered(page, rejected=[{"box": box, "reason": "sign"} for box in places])
    answer = page.locator("#draw-answer")
    expect(answer.locator(".left-out")).to_have_text(
        "Left out: 300 characters that look like letters or signs, and like no digit."
    )
    expect(answer.locator(".badge")).to_have_text("not a digit")
    expect(page.locator(".pad .box.sign")).to_have_count(300)
    assert page.locator(".pad .box span").count() == 0
    expect(answer.get_by_role("button", name="Look inside")).to_be_disabled()
    expect(answer.locator(".correct")).to_be_hidden()


def test_many_refused_shapes_are_counted_without_a_button_for_each(open_page: Open) -> None:
    page = open_page()
    digit = {"digit": 4, "probability": 0.9, "probabilities": [0.1 / 9] * 4 + [0.9] + [0.1 / 9] * 5,
             "status": "digit", "box": [0, 0, 20, 40], "image": IMAGE}  # fmt: skip
    shape = {"box": [99, 0, 20, 40], "reason": "not_a_digit", "image": IMAGE}
    facts = {"status": "digits", "text": "4", "numbers": [{"text": "4", "digits": [0]}]}
    answered(page, **facts, digits=[digit], rejected=[shape] * 40)
    left = page.locator("#draw-answer .left-out")
    expect(left).to_contain_text("Left out: 40 shapes that are not digits.")
    assert left.locator("button").count() == 2  # to the one before and the next


@pytest.fixture(scope="module")
def others(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    place = tmp_path_factory.mktemp("classes")
    letters = run_of_classes(place / "letters", "abcdefghij")
    words = run_of_classes(place / "words", WORDS)
    with serving(letters, words, "lenet5", "--collect", place / "corrections.db") as live:
        yield live


@pytest.fixture
def open_others(chromium: Any, others: Live) -> Iterator[Open]:
    with windows(chromium, others.address) as opened:
        yield opened


def test_letters_are_shown_wherever_digits_would_be(open_others: Open) -> None:
    page = open_others()
    expect(page.locator("#draw-title")).to_have_text("Draw")
    draw(page, 2)
    expect(number(page)).to_have_text("c")
    answer = page.locator("#draw-answer")
    expect(answer.locator(".badge")).to_have_text("recognised")
    expect(answer.locator(".sentence")).to_contain_text("This is “c”")
    expect(answer.locator(".bars .name")).to_have_text(list("abcdefghij"))
    expect(answer.locator(".bars .best .name")).to_have_text("c")
    expect(page.locator(".pad .box")).to_have_text("c")
    expect(answer.locator(".correct")).to_be_hidden()  # those are of digits
    answer.get_by_role("button", name="Look inside").click()
    expect(page.locator(".whose")).to_have_text("The c you drew.")
    expect(page.locator(".stream-answer")).to_contain_text("reads “c”")
    expect(page.locator(".layer .bars .best .name")).to_have_text("c")
    page.get_by_role("link", name="Numbers").click()
    for name in page.locator(".mistakes .pair b").all_inner_texts():
        assert name in "abcdefghij"


def test_words_are_shown_whole_and_compared_by_their_names(
    open_others: Open, tmp_path: Path
) -> None:
    Image.fromarray(rows_of("5")).save(tmp_path / "sheet.png")
    page = open_others("picture")
    page.locator("#model").select_option("words")
    upload(page, tmp_path / "sheet.png")
    shown = number(page, "picture")
    expect(shown.locator(".line")).to_have_text(["five"])
    expect(page.locator(".crops button")).to_have_text(["five"])
    expect(page.locator(".frame .box")).to_have_text("five")
    names = page.locator("#picture-answer .bars .name")
    expect(names).to_have_text(list(WORDS))
    assert all(
        name.evaluate("(element) => element.scrollWidth <= element.clientWidth + 1")
        for name in names.all()
    )
    page.locator("#compare").select_option("lenet5")
    disagreement = "They disagree, words and lenet5: five and 5."
    expect(page.locator(".versus dd")).to_have_text(["five", "5", disagreement])
    # A model that lacks these classes has no probability of them.
    expect(page.locator("#picture-answer .bars .shares b:last-child").first).to_have_text("–")
    page.locator("#model").select_option("lenet5")
    expect(page.locator("#picture-title")).to_be_visible()
    expect(shown.locator(".line")).to_have_text(["5"])
    expect(page.locator("#picture-answer .correct")).to_be_visible()


def test_of_many_classes_the_ten_most_probable_have_bars(open_page: Open) -> None:
    classes = [chr(ord("A") + index) for index in range(26)]

    def more(route: Any) -> None:
        said = route.fetch().json()
        said["models"][0]["classes"] = classes
        route.fulfill(json=said)

    page = open_page()
    page.route("**/v1/models", more)
    page.reload()
    page.wait_for_selector(".pad")
    shares = [0.0] * 26
    shares[24], shares[3], shares[25] = 0.7, 0.2, 0.1
    letter = {"class": "Y", "probability": 0.7, "probabilities": shares, "status": "uncertain",
              "box": [200, 100, 100, 200], "image": IMAGE}  # fmt: skip
    facts = {"status": "digits", "text": "?", "numbers": [{"text": "?", "digits": [0]}]}
    answered(page, **facts, digits=[letter])
    names = page.locator("#draw-answer .bars .name")
    expect(names).to_have_text(["Y", "D", "Z", *"ABCEFGH"])
    expect(page.locator("#draw-answer .sentence")).to_contain_text(
        "Perhaps “Y” (70.0 %), perhaps “D” (20.0 %)."
    )
    expect(page.locator(".pad .box")).to_have_text("Y?")

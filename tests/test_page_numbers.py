"""Models, their numbers, and corrections on the page."""

import base64
import json
import re
from typing import Any

import pytest

from browser import PICTURES, Open, at_rest, draw, expect, number, press, upload
from lenet.reader import DEFAULT_MODEL, Reader
from lenet.run import Run
from readings import compare_readings, reading_by

pytestmark = pytest.mark.browser


def test_models_are_switched_and_compared_on_the_same_drawing(
    open_page: Open, quick_run: Run
) -> None:
    own = quick_run.folder.name
    page = open_page()
    press(page, "Write a 0 for me")
    expect(page.locator("#draw-answer .time")).to_contain_text("lenet5")
    page.locator("#model").select_option(own)
    expect(page.locator("#draw-answer .time")).to_contain_text(own)
    page.locator("#compare").select_option("lenet5")
    expect(page.locator(".versus dt")).to_have_text([own, "lenet5"])
    expect(page.locator("#draw-answer .bars.two")).to_be_visible()
    expect(page.locator("#draw-answer .bars .best-second .name")).to_have_text("0")
    page.get_by_role("link", name="Look inside").click()
    expect(page.locator(".stream h3")).to_have_text([own, "lenet5"])
    expect(page.locator(".stream-answer").nth(1)).to_contain_text("reads a 0")
    page.get_by_role("link", name="Numbers").click()
    expect(page.locator(".model h3")).to_have_text([own, "lenet5"])


def test_what_two_models_read_differently_is_lit_and_told(open_page: Open) -> None:
    box = [200, 100, 100, 200]
    page = open_page()
    compare_readings(
        page, reading_by("lenet5", refused=(box,)), reading_by(DEFAULT_MODEL, (6, box))
    )
    press(page, "Write a 3 for me")
    answer = page.locator("#draw-answer")
    told = f"They disagree, lenet5 and {DEFAULT_MODEL}: nothing and 6."
    expect(answer.locator(".differ")).to_have_text(told)
    expect(page.locator("#spoken")).to_contain_text(told)
    expect(answer.locator(".of-other")).to_have_text(
        f"{DEFAULT_MODEL}: This is a 6: > 99.9 % sure."
    )
    expect(answer.locator(".heads b")).to_have_text(["lenet5", DEFAULT_MODEL])
    expect(page.locator(".pad .box.differs")).to_have_text("≠ 6")
    # The bars of the one that reads it are there, although the other one refuses.
    expect(answer.locator(".bars .best-second .name")).to_have_text("6")
    expect(answer.locator(".bars .best-second b").last).to_have_text("> 99.9 %")


def tap_label(page: Any, label: str) -> None:
    """Click on the label of a box on the sheet, which a new answer would replace."""
    x, y = page.evaluate(
        """(label) => {
             const all = [...document.querySelectorAll(".pad .box span")];
             const { left, top, width, height } = all
               .find((span) => span.textContent === label).getBoundingClientRect();
             return [left + width / 2, top + height / 2];
           }""",
        label,
    )
    page.mouse.click(x, y)


def test_each_digit_that_only_the_other_model_finds_can_be_chosen(open_page: Open) -> None:
    first, second, third = [60, 100, 80, 160], [260, 100, 80, 160], [460, 100, 80, 160]
    page = open_page()
    answer = page.locator("#draw-answer")
    theirs = reading_by(DEFAULT_MODEL, (6, first), (2, second))
    compare_readings(page, reading_by("lenet5"), theirs)
    press(page, "Write a 3 for me")
    own = page.locator(".pad .box.second")
    expect(own).to_have_text(["≠ 6", "≠ 2"])
    page.wait_for_load_state("networkidle")
    expect(page.locator(".pad .box.differs")).to_have_count(0)
    sheet = page.locator(".sheet").bounding_box()
    for box, (x, y, width, height) in zip(own.all(), (first, second), strict=True):
        frame = box.bounding_box()
        assert frame["x"] + frame["width"] / 2 == pytest.approx(
            sheet["x"] + (x + width / 2) / 640 * sheet["width"], abs=3
        )
        assert frame["y"] + frame["height"] / 2 == pytest.approx(
            sheet["y"] + (y + height / 2) / 400 * sheet["height"], abs=3
        )
    guess = answer.locator(".bars .best-second .name")
    for label, digit in (("≠ 2", "2"), ("≠ 6", "6")):
        tap_label(page, label)
        expect(guess).to_have_text(digit)
        expect(page.locator(".pad .box.chosen")).to_have_text([label])
    # With keys, by buttons beside the number.
    only = answer.locator(".only button")
    expect(only).to_have_text(["6", "2"])
    button = page.get_by_role("button", name=f"Look at a 2, found only by {DEFAULT_MODEL}")
    button.focus()
    page.keyboard.press("Enter")
    expect(guess).to_have_text("2")
    expect(button).to_be_focused()
    expect(only.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(answer.locator(".sentence")).to_have_text("lenet5: No digit here.")
    expect(answer.locator(".refusal")).to_be_hidden()
    expect(answer.locator(".ask")).to_have_text("Not a 2? Say what it is:")
    colour = own.first.evaluate(
        """(box) => { const colour = document.createElement("i");
             colour.style.color = "var(--second-bar)";
             box.append(colour);
             return [getComputedStyle(box).borderTopColor, getComputedStyle(colour).color]; }"""
    )
    assert colour[0] == colour[1]

    # Beside a digit that both find and a shape that one of them refuses.
    theirs = reading_by(DEFAULT_MODEL, (6, first), (2, second), (8, third))
    compare_readings(page, reading_by("lenet5", (5, first), refused=(third,)), theirs)
    press(page, "Write a 4 for me")
    expect(page.locator(".pad .box.differs")).to_have_text(["≠ 6", "≠ 8"])
    expect(own).to_have_text(["≠ 2"])
    expect(answer.locator(".only button")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    for label, sure in (("≠ 2", None), ("≠ 8", None), ("≠ 6", "5")):
        tap_label(page, label)
        expect(guess).to_have_text(label[-1])
        best = answer.locator(".bars .best .name")
        expect(best).to_have_text(sure) if sure else expect(best).to_have_count(0)


def test_on_a_picture_too_the_digits_of_the_other_model_are_chosen(open_page: Open) -> None:
    first, second = [60, 100, 80, 160], [260, 100, 80, 160]
    page = open_page("picture")
    theirs = reading_by(DEFAULT_MODEL, (6, first), (2, second))
    compare_readings(page, reading_by("lenet5", (6, first)), theirs)
    upload(page, PICTURES / "7-small.png")
    crops = page.locator(".crops button")
    expect(crops).to_have_text(["6", "2"])
    crops.nth(1).focus()
    page.keyboard.press("Enter")
    guess = page.locator("#picture-answer .bars .best-second .name")
    expect(guess).to_have_text("2")
    expect(crops.nth(1)).to_have_attribute("aria-label", f"{DEFAULT_MODEL}: 2, > 99.9 %")
    expect(page.locator("#picture-side .box.second")).to_have_class(re.compile("chosen"))
    page.locator("#picture-side .box.sure").click()
    expect(guess).to_have_text("6")
    page.locator("#picture-side .box.second").click()
    expect(guess).to_have_text("2")
    page.locator("#picture-answer").get_by_role("button", name="Look inside").click()
    expect(page.locator(".whose")).to_have_text("The 2 of your picture.")


def test_the_numbers_are_those_of_the_shipped_run(open_page: Open) -> None:
    scores = json.loads(Run.find("lenet5").read("scores.json"))["test"]
    page = open_page("numbers")
    expect(page.locator(".score")).to_contain_text(f"{scores['errors']} errors in 10,000")
    expect(page.locator(".counted")).to_contain_text("refusing one that it reads right is no error")
    expect(page.locator(".confusion")).to_be_visible()
    expect(page.locator(".model")).to_contain_text("Expected calibration error, 15 bins")
    cells = page.locator(".confusion tbody td").all_inner_texts()
    shown = [0 if cell == "·" else int(cell) for cell in cells]
    assert shown == [count for row in scores["confusion"] for count in row]
    wrong = {
        (truth, answer): count
        for truth, row in enumerate(scores["confusion"])
        for answer, count in enumerate(row)
        if truth != answer
    }
    most = max(wrong.values())
    told = page.get_by_text("Most often").inner_text()
    assert f"{most} times" in told
    named = {(int(a), int(b)) for a, b in re.findall(r"(\d) was taken for (\d)", told)}
    assert named == {pair for pair, count in wrong.items() if count == most}
    card = page.locator(".facts")
    expect(card).to_contain_text("Fails on what its data lacks")
    tested = card.get_by_role("row").filter(has=page.get_by_role("rowheader", name="test"))
    expect(tested).to_contain_text(f"{scores['errors']} in 10,000")
    expect(card.get_by_role("row", name="rotated 30°")).to_contain_text("350 in 2,000")
    truth, answer = divmod(max(range(100), key=lambda i: shown[i] if i // 10 != i % 10 else 0), 10)
    expect(page.locator(".mistakes li").first).to_be_visible()
    a = "an" if truth == 8 else "a"
    page.get_by_role(
        "button", name=f"{shown[10 * truth + answer]} times {a} {truth} was read as {answer}"
    ).click()
    expect(page.locator(".mistakes li")).to_have_count(shown[10 * truth + answer])
    expect(page.locator(".mistakes button").first).to_contain_text(re.compile(r"no\. \d+"))
    page.locator(".mistakes button").first.click()
    expect(page.locator(".stream-answer")).to_contain_text(re.compile(f"reads an? {answer}"))


def test_the_numbers_say_how_many_digits_are_refused_or_doubted(open_page: Open) -> None:
    kept = json.loads(Run.find(DEFAULT_MODEL).read("mistakes.json"))
    page = open_page("numbers")
    page.locator("#model").select_option(DEFAULT_MODEL)
    expect(page.locator(".doubts")).to_have_text(
        f"Of all 10,000 test images it refuses {kept['refused']} and is uncertain of "
        f"{kept['uncertain']}. Of its errors, {kept['confident_errors']} are neither."
    )
    if len(kept["mistakes"]) > 36:
        press(page, f"Show all {len(kept['mistakes'])}")
    marked = page.locator(".mistakes").get_by_text("refused", exact=True)
    expect(marked).to_have_count(sum(each["status"] == "not_a_digit" for each in kept["mistakes"]))
    expect(page.locator(".licence")).to_contain_text("CC BY-SA 3.0")


def test_the_card_lays_out_how_the_reader_was_made_and_measured(open_page: Open) -> None:
    page = open_page("numbers")
    page.locator("#model").select_option(DEFAULT_MODEL)
    card = page.locator(".facts")
    rejection = Run.find(DEFAULT_MODEL).recipe.nondigits
    expect(card.get_by_role("row", name="to refuse")).to_contain_text(rejection[0])
    threshold = f"{Reader().classifier.rejection:.4g}".replace("-", "−")
    expect(card).to_contain_text(f"Refuses an image whose score is below {threshold}")
    expect(card.get_by_role("heading", name="Measured on people's pictures")).to_be_visible()
    pictures, result = _strings_measured()
    expect(card.get_by_role("row", name=pictures)).to_contain_text(result)


def _strings_measured() -> tuple[str, str]:
    """Return what was measured on short strings, as the run has it: the pictures and the result."""
    measured = json.loads(Run.find(DEFAULT_MODEL).read("measured.json"))["elsewhere"]
    rows = measured["tables"][0]["rows"]
    return next((pictures, result) for pictures, result in rows if "strings" in pictures)


def test_a_room_whose_program_did_not_arrive_is_tried_again(open_page: Open) -> None:
    page = open_page(expect_errors=True)
    expect(page.locator(".pad")).to_be_visible()
    page.route("**/numbers.js", lambda route: route.abort("connectionrefused"), times=1)
    page.get_by_role("link", name="Numbers").click()
    notice = page.locator("#notice")
    expect(notice).to_contain_text("The service cannot be reached")
    notice.get_by_role("button", name="Try again").click()
    expect(page.locator(".facts")).to_be_visible()
    expect(notice).to_be_hidden()


def test_back_from_a_mistake_to_the_sheet(open_page: Open) -> None:
    page = open_page()
    draw(page, 7)
    expect(number(page)).to_have_text("7")
    page.get_by_role("link", name="Numbers").click()
    page.locator(".mistakes button").first.click()
    expect(page.locator(".whose")).to_contain_text("read as")
    expect(page.locator(".pad-place.other")).to_be_visible()
    press(page, "Back to the sheet")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 7")
    expect(page.locator(".pad-place.other")).to_have_count(0)
    expect(page.get_by_role("button", name="Back to the sheet")).to_be_hidden()
    page.wait_for_url("**/#inside*d=s*")  # strokes, not the mistake's pixels
    page.get_by_role("link", name="Draw").click()
    page.get_by_role("link", name="Look inside").click()
    expect(page.locator(".stream-answer")).to_contain_text("reads a 7")


def test_an_answer_that_comes_late_does_not_take_a_mistake_away(open_page: Open) -> None:
    page = open_page()
    held: list[Any] = []
    draw(page, 7)
    expect(number(page)).to_have_text("7")
    page.route("**/v1/read*", lambda route: held.append(route), times=1)
    with page.expect_request("**/v1/read*"):
        draw(page, 1)
    page.get_by_role("link", name="Numbers").click()
    page.locator(".mistakes button").first.click()
    expect(page.locator(".whose")).to_contain_text("read as")
    with page.expect_response("**/v1/read*"):
        held[0].continue_()
    expect(page.locator(".stream-answer")).to_contain_text("reads a")
    expect(page.locator(".whose")).to_contain_text("read as")


def test_another_model_looks_into_the_same_mistake(open_page: Open) -> None:
    page = open_page()
    draw(page, 7)
    page.get_by_role("link", name="Numbers").click()
    page.locator(".mistakes button").first.click()
    expect(page.locator(".whose")).to_contain_text("read as")
    with page.expect_response("**/v1/read*"):
        page.locator("#model").select_option(DEFAULT_MODEL)
    expect(page.locator(".stream-answer")).to_contain_text("reads a")
    expect(page.locator(".whose")).to_contain_text("read as")
    draw(page, 1)  # the pen is what takes it away
    expect(page.locator(".whose")).to_contain_text("you drew")


def test_a_run_that_kept_no_mistakes_says_so_in_one_line(open_page: Open) -> None:
    page = open_page()

    def older(route: Any) -> None:
        said = route.fetch().json()
        for model in said["models"]:
            model["has"].remove("mistakes")
        route.fulfill(json=said)

    page.route("**/v1/models", older)
    page.evaluate("location.hash = '#numbers'")
    page.reload()
    expect(page.locator(".confusion")).to_be_visible()
    part = page.locator(".part").filter(has=page.get_by_role("heading", name="Worst mistakes"))
    expect(part.locator(".part-body")).to_have_text(
        "This run was made before runs kept what they misread. Train it again to see it here."
    )
    assert page.locator(".confusion button").count() == 0


def kept(page: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(
        "fetch('v1/corrections?limit=50').then((answer) => answer.json())"
    )["corrections"]
    return found


def say_that_a_four_is_a_nine(page: Any) -> None:
    press(page, "Write a 4 for me")
    expect(number(page)).to_have_text("4")
    at_rest(page)
    press(page, "It is a 9")


def test_a_correction_is_kept_and_taken_back_with_one_click_each(open_page: Open) -> None:
    page = open_page()
    press(page, "Write a 1 for me")
    expect(number(page)).to_have_text("1")
    at_rest(page)
    before = len(kept(page))
    expect(page.locator("#draw-answer .correct")).to_contain_text("kept here")
    press(page, "It is a 7")
    expect(page.locator(".said")).to_contain_text("Kept: this is a 7.")
    newest, *others = kept(page)
    assert (newest["truth"], newest["answer"], newest["model"]) == (7, 1, "lenet5")
    assert len(others) == before
    page.locator(".said").get_by_role("button", name="Undo").click()
    expect(page.locator(".ask")).to_be_visible()
    assert len(kept(page)) == before


def test_that_it_is_no_digit_is_kept_and_taken_back_like_any_other_truth(open_page: Open) -> None:
    page = open_page()
    press(page, "Write a 1 for me")
    expect(number(page)).to_have_text("1")
    at_rest(page)
    before = len(kept(page))
    press(page, "It is no digit")
    expect(page.locator(".said")).to_contain_text("Kept: this is no digit. Thank you.")
    newest, *others = kept(page)
    assert (newest["truth"], newest["answer"]) == (None, 1)
    assert len(others) == before
    page.get_by_role("link", name="Numbers").click()
    expect(page.locator(".kept li").first).to_contain_text("no digit, best guess 1")
    press(page, "Take back: this is no digit")
    expect(page.locator(".kept li")).to_have_count(before)
    assert len(kept(page)) == before


def test_a_correction_that_failed_is_sent_again_under_the_same_id(open_page: Open) -> None:
    page = open_page(expect_errors=True)
    page.wait_for_selector(".pad")
    ids: list[str] = []

    def fail_once(route: Any) -> None:
        ids.append(route.request.post_data_json["id"])
        if len(ids) == 1:
            route.fulfill(status=429, headers={"Retry-After": "1"}, json={"error": "busy"})
        else:
            route.fallback()

    page.route("**/v1/corrections", fail_once)
    say_that_a_four_is_a_nine(page)
    expect(page.locator(".said")).to_contain_text("busy")
    press(page, "Try again")
    expect(page.locator(".said")).to_contain_text("Kept: this is a 9.")
    assert len(ids) == 2
    assert ids[0] == ids[1]
    page.get_by_role("link", name="Numbers").click()
    expect(page.locator(".kept li").first).to_contain_text("9, best guess 4")


def test_a_cancelled_correction_is_not_kept_beside_the_next_one(
    open_page: Open,
) -> None:
    page = open_page(expect_errors=True)
    page.wait_for_selector(".pad")
    at_rest(page)
    before = len(kept(page))

    def lose_the_first_answer(route: Any) -> None:
        if route.request.method == "POST":
            route.fetch()  # it arrives, and is kept
            route.fulfill(status=429, json={"error": "lost"})
            page.unroute("**/v1/corrections")
        else:
            route.fallback()

    page.route("**/v1/corrections", lose_the_first_answer)
    say_that_a_four_is_a_nine(page)
    expect(page.locator(".said")).to_contain_text("lost")
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        page.locator(".said").get_by_role("button", name="Cancel").click()
    press(page, "It is a 7")
    expect(page.locator(".said")).to_contain_text("Kept: this is a 7.")
    newest, *others = kept(page)
    assert newest["truth"] == 7
    assert len(others) == before
    page.locator(".said").get_by_role("button", name="Undo").click()
    expect(page.locator(".ask")).to_be_visible()


def test_of_more_corrections_than_are_shown_it_is_said_how_many_there_are(open_page: Open) -> None:
    page = open_page()
    image = base64.b64encode(bytes(784)).decode()
    one = {"id": "", "time": "2026-01-01T00:00:00Z", "model": "lenet5", "digest": "", "answer": 1,
           "probability": 0.5, "truth": 7, "image": image}  # fmt: skip
    many = {"total": 51, "corrections": [one] * 50, "next": "x"}
    page.route("**/v1/corrections?limit=50", lambda route: route.fulfill(json=many))
    page.get_by_role("link", name="Numbers").click()
    expect(page.locator(".kept li")).to_have_count(50)
    expect(page.get_by_text("51 kept. These are the newest 50;")).to_be_visible()

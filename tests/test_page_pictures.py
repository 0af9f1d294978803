"""Pictures on the page: chosen, dropped, pasted, and taken with a camera."""

import base64
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from browser import PICTURES, Open, expect, number, press, upload
from lenet.reader import DEFAULT_MODEL
from pages import rows_of

pytestmark = pytest.mark.browser


def test_an_uploaded_picture_is_read_with_boxes_on_it(open_page: Open) -> None:
    page = open_page("picture")
    upload(page, PICTURES / "7-small.png")
    expect(number(page, "picture")).to_have_text("7")
    box = page.locator(".frame .box.sure").bounding_box()
    shown = page.locator(".frame img").bounding_box()
    assert shown["x"] <= box["x"]
    assert box["x"] + box["width"] <= shown["x"] + shown["width"] + 8
    page.locator(".crops button").first.click()
    expect(page.locator(".crops button").first).to_have_attribute("aria-pressed", "true")


def test_a_sign_refused_beside_digits_can_be_looked_at_and_corrected(
    open_page: Open, tmp_path: Path
) -> None:
    sheet = rows_of("7 3", pen=6)
    height, width = sheet.shape
    sheet = np.hstack([sheet, np.full((height, 200), 255, np.uint8)])
    for start, end in (((40, 100), (70, 40)), ((70, 40), (100, 100)), ((52, 80), (88, 80))):
        cv2.line(sheet, (width + start[0], start[1]), (width + end[0], end[1]), 0, 6, cv2.LINE_AA)
    Image.fromarray(sheet).save(tmp_path / "7 3 A.png")
    page = open_page("picture")
    page.locator("#model").select_option(DEFAULT_MODEL)
    upload(page, tmp_path / "7 3 A.png")
    expect(page.locator(".crops button")).to_have_count(3)
    answer = page.locator("#picture-answer")
    expect(answer.locator(".badge")).to_have_text("digit")
    refused = page.locator(".crops .out")
    expect(refused).to_have_text("not a digit")
    refused.click()
    expect(answer.locator(".badge")).to_have_text("not a digit")
    expect(answer.locator(".sentence")).to_have_text("The network does not take this for a digit.")
    expect(answer.locator(".ask")).to_contain_text("It is a digit after all?")
    expect(page.locator(".frame .box.chosen")).to_have_text("not a digit")
    page.locator(".frame .box.sure").first.click()
    expect(answer.locator(".badge")).to_have_text("digit")
    page.locator(".frame .box.out").click()
    expect(refused).to_have_attribute("aria-pressed", "true")
    look = answer.get_by_role("button", name="Look at shape 1 that was left out")
    expect(look).to_have_attribute("aria-pressed", "true")
    answer.get_by_role("button", name="Look inside").click()
    expect(page.locator(".stream-answer")).to_contain_text("does not take it for a digit")


DATA_TRANSFER = """async (coded) => {
  const bytes = Uint8Array.from(atob(coded), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "a.png", { type: "image/png" }));
  return data;
}"""


@pytest.mark.parametrize("how", ["paste", "drop"])
def test_a_picture_can_be_pasted_and_dropped_in_any_room(open_page: Open, how: str) -> None:
    page = open_page("draw")
    coded = base64.b64encode((PICTURES / "2-mouse.png").read_bytes()).decode()
    data = page.evaluate_handle(DATA_TRANSFER, coded)
    event = (
        "new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })"
        if how == "paste"
        else "new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })"
    )
    page.evaluate(f"(data) => document.body.dispatchEvent({event})", data)
    expect(page.locator("#room-picture")).to_be_visible()
    expect(number(page, "picture")).to_have_text("2")


def test_pasting_something_else_is_said_to_be_no_picture(open_page: Open) -> None:
    page = open_page("picture")
    page.evaluate(
        """() => document.body.dispatchEvent(new ClipboardEvent("paste",
             { clipboardData: new DataTransfer(), bubbles: true }))"""
    )
    expect(page.locator("#picture-side .problem")).to_contain_text("no picture on the clipboard")


def test_a_picture_too_large_to_send_is_shrunk_and_the_page_says_so(
    open_page: Open, tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).integers(200, 256, (2600, 2600, 3), np.uint8)
    noise[800:1800, 1250:1350] = 20
    Image.fromarray(noise).save(tmp_path / "large.png", compress_level=0)
    assert (tmp_path / "large.png").stat().st_size > 16_000_000
    page = open_page("picture")
    upload(page, tmp_path / "large.png")
    expect(page.locator(".note")).to_contain_text("it was made smaller, 2600 × 2600 pixels")
    expect(number(page, "picture")).to_contain_text("1")


def test_the_camera_is_read_live_and_a_shot_of_it_stays(open_page: Open) -> None:
    page = open_page("picture", permissions=["camera"])
    press(page, "Live camera")
    expect(page.locator(".camera .box.sure")).to_have_text("5")
    press(page, "Take this picture")
    expect(page.locator(".camera")).to_be_hidden()
    expect(page.locator(".frame img")).to_be_visible()
    expect(number(page, "picture")).to_have_text("5")
    assert page.evaluate("document.querySelector('video').srcObject") is None

"""An image among test images, what decides between two classes, and files of layers."""

import csv
import io
import json
import re
from math import prod
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image

from browser import Open, at_rest, draw, expect, press
from lenet.reader import DEFAULT_MODEL

pytestmark = pytest.mark.browser

# Which class's test digits are, in their middle, nearest to the ring.
AMIDST = """() => {
  const {e, f} = document.querySelector(".own").transform.baseVal[0].matrix;
  const far = [...document.querySelectorAll(".among-map > g:not(.own)")].map((group) => {
    const texts = [...group.children];
    const middle = (name) =>
      texts.reduce((sum, text) => sum + Number(text.getAttribute(name)), 0) / texts.length;
    return [Math.hypot(middle("x") - e, middle("y") - f), texts[0].textContent];
  });
  return far.sort(([a], [b]) => a - b)[0][1];
}"""


def nearest(page: Any) -> Any:
    return page.locator(".among .nearest b")


def test_the_drawn_digit_moves_among_a_thousand_test_digits(open_page: Open) -> None:
    page = open_page("inside")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    page.locator("#model").select_option(DEFAULT_MODEL)
    for digit in (3, 0):
        if digit != 3:
            press(page, "Clear")
            draw(page, digit)
        expect(page.locator(".stream-answer")).to_contain_text(f"reads a {digit}")
        expect(nearest(page)).to_have_text([str(digit)] * 5)
        expect(page.locator(".among-map text")).to_have_count(1000)
        assert page.evaluate(AMIDST) == str(digit)
        names = ", ".join([str(digit)] * 5)
        expect(page.get_by_role("img", name=f"Nearest to this one: {names}.")).to_have_count(1)
        expect(page.locator(".among")).to_contain_text(f"Nearest: {names}, by 16 such directions")
    ink = page.locator(".nearest canvas").evaluate_all(
        """(all) => all.map((canvas) => canvas.getContext("2d").getImageData(0, 0, 28, 28).data
             .filter((value, at) => at % 4 === 3 && value > 100).length)"""
    )
    assert all(40 < each < 400 for each in ink)
    sign = page.locator(".among-map text").nth(500)
    sign.hover(force=True)
    pointed = page.locator(".among .pointed")
    expect(pointed).to_have_text(re.compile(f"^an? {sign.text_content()} from the test images$"))
    expect(pointed.locator("canvas")).to_be_visible()
    page.evaluate("location.hash = '#draw'")
    page.evaluate("location.hash = '#inside'")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 0")
    assert len([url for url in asked if url.endswith(f"{DEFAULT_MODEL}/embedding")]) == 1


@pytest.mark.parametrize(
    ("shape", "words"),
    [([84], "it was made before runs kept one"), ([4, 2, 2], "is no row of numbers")],
)
def test_where_there_is_no_map_a_sentence_says_why(
    open_page: Open, shape: list[int], words: str
) -> None:
    page = open_page()

    def without(route: Any) -> None:
        said = route.fetch().json()
        model = said["models"][0]
        model["has"].remove("embedding")
        model["layers"][-2]["shape"] = shape
        route.fulfill(json=said)

    page.route("**/v1/models", without)
    page.evaluate("location.hash = '#inside'")
    page.reload()
    expect(page.locator(".among")).to_contain_text(words)
    expect(page.locator(".among-map")).to_have_count(0)
    expect(page.locator(".stream-answer")).to_contain_text("reads")


def test_a_map_that_cannot_be_fetched_is_asked_for_again(open_page: Open) -> None:
    page = open_page(expect_errors=True)
    page.route("**/embedding", lambda route: route.fulfill(status=429, json={"error": "Busy."}))
    page.evaluate("location.hash = '#inside'")
    expect(page.locator(".among")).to_contain_text("Busy.")
    page.unroute("**/embedding")
    page.locator(".among").get_by_role("button", name="Try again").click()
    expect(nearest(page)).to_have_text(["3"] * 5)


def numbers_in(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"[+-]\d+\.\d+", text.replace("−", "-"))]


def test_what_decides_between_the_answer_and_another_class(open_page: Open) -> None:
    page = open_page("inside")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    against = page.locator(".against")
    expect(against).to_contain_text("Why 3, and not")
    second = against.locator("option").first.inner_text()
    assert re.fullmatch(r"\d \(runner-up\)", second)
    for other in (second[0], "8"):
        if other != second[0]:
            against.locator("select").select_option(other)
        expect(against).to_contain_text(f"the lead of “3” over “{other}”")
        rows = against.locator("tr")
        expect(rows).to_have_count(8)
        for cells in (row.locator("td").all_inner_texts() for row in rows.all()):
            value, weight, product = (
                float(re.sub("[×= +]", "", text).replace("−", "-")) for text in cells
            )
            assert value * weight == pytest.approx(product, abs=0.02)
        products = [numbers_in(text)[-1] for text in rows.all_inner_texts()]
        assert products == sorted(products, reverse=True)
        assert products[4] > 0 > products[5]  # the strongest five for it, and three against
        *rest, total = numbers_in(against.locator("p").last.inner_text())
        assert sum(products) + sum(rest) == pytest.approx(total, abs=0.06)
        assert total > 0
    # It stays the class that was chosen while the pen moves on.
    press(page, "Clear")
    draw(page, 0)
    expect(against).to_contain_text("Why 0, and not")
    expect(against).to_contain_text("over “8”")


def saved(page: Any, form: str) -> Path:
    with page.expect_download() as download:
        page.locator("#inside-side").get_by_role("button", name=f"Save {form}").click()
    assert download.value.suggested_filename == f"lenet-layers.{form.lower()}"
    return Path(download.value.path())


def test_layers_are_saved_as_pictures_and_as_numbers(open_page: Open) -> None:
    page = open_page("inside")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    page.locator("#compare").select_option(DEFAULT_MODEL)
    expect(page.locator(".stream-answer")).to_have_count(2)
    for answer in page.locator(".stream-answer").all():
        expect(answer).to_contain_text("reads a 3")
    at_rest(page)
    said = json.loads(saved(page, "JSON").read_text())
    assert len(said["image"]) == 784
    assert [model["model"] for model in said["models"]] == ["lenet5", DEFAULT_MODEL]
    assert [model["digit"] for model in said["models"]] == [3, 3]
    first = said["models"][0]["layers"]
    assert [(each["name"], each["shape"]) for each in first[:2]] == [
        ("input", [1, 32, 32]), ("C1", [6, 28, 28]),
    ]  # fmt: skip
    assert all(len(each["values"]) == prod(each["shape"]) for each in first)
    assert max(range(10), key=first[-1]["values"].__getitem__) == 3
    rows = list(csv.DictReader(io.StringIO(saved(page, "CSV").read_text())))
    last = [row for row in rows if (row["model"], row["layer"]) == ("lenet5", "output")]
    assert [float(row["value"]) for row in last] == first[-1]["values"]
    assert [row["map"] for row in last] == [str(index + 1) for index in range(10)]
    drawing = ElementTree.fromstring(saved(page, "SVG").read_text())
    texts = [each.text for each in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {"lenet5", DEFAULT_MODEL, "C1", "conv6", "negative", "positive"} <= set(texts)
    pictures = list(drawing.iter("{http://www.w3.org/2000/svg}image"))
    shown = page.locator(".layer .maps").count()
    assert len(pictures) == shown + 1  # the scale
    with Image.open(saved(page, "PNG")) as picture:
        width, height = picture.size
        assert width / height == pytest.approx(
            float(drawing.attrib["width"]) / float(drawing.attrib["height"]), rel=0.01
        )
        assert len(set(picture.convert("RGB").resize((200, 400)).get_flattened_data())) > 500

"""Looking inside a network on the page."""

import re
import time
from typing import Any, get_args

import pytest

from browser import Open, draw, expect, number, press
from lenet.reader import DEFAULT_MODEL
from lenet.run import Family

pytestmark = pytest.mark.browser


def test_a_digit_is_watched_through_every_layer(open_page: Open) -> None:
    page = open_page()
    press(page, "Write a 6 for me")
    expect(number(page)).to_have_text("6")
    page.locator("#draw-answer").get_by_role("button", name="Look inside").click()
    expect(page.locator(".stream h3")).to_have_text("lenet5")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 6")
    names = page.locator(".layer h4 b").all_inner_texts()
    assert names == ["image", "input", "C1", "tanh1", "S2", "C3", "tanh3", "S4", "C5", "tanh5",
                     "flat", "F6", "tanh6", "output"]  # fmt: skip
    expect(page.locator(".layer .bars .best .name")).to_have_text("6")
    # The maps of C1 are painted, and not all alike.
    colours = page.locator(".layer.convolution canvas.values").first.evaluate(
        """(canvas) => new Set(new Uint32Array(canvas.getContext("2d")
             .getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    )
    assert colours > 30


def look_at(page: Any, layer: str, x: float, y: float) -> Any:
    """Point at a place on the maps of a layer, in shares of them; return the lens."""
    maps = page.locator(".layer").filter(has=page.get_by_text(layer, exact=True)).locator(".marks")
    maps.scroll_into_view_if_needed()
    box = maps.bounding_box()
    maps.hover(position={"x": x * box["width"], "y": y * box["height"]})
    return page.locator(".lens")


def sums_in(lens: Any) -> list[float]:
    """Return the numbers the lens adds up, the last of which is what they come to."""
    words = [*lens.locator(".term .value").all_inner_texts(), lens.locator(".tail").inner_text()]
    return [
        float(found) for found in re.findall(r"[+-]\d+\.\d+", " ".join(words).replace("−", "-"))
    ]


def test_the_lens_shows_what_a_cell_sees_and_how_its_number_comes_about(open_page: Open) -> None:
    page = open_page("inside")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    lens = look_at(page, "C3", 0.03, 0.03)  # the first map, about its second cell
    expect(lens.locator(".lens-title")).to_contain_text("C3 map 1 of 16, row 1")
    # Two 5×5 convolutions with a 2×2 average between see 5 + 1 + 2·4 = 14 pixels; two of them
    # lie on the margin.
    expect(lens.locator(".lens-words")).to_contain_text("Sees rows 1–12")
    expect(lens.locator(".term")).to_have_count(6)
    *terms, total = sums_in(lens)
    assert sum(terms) == pytest.approx(total, abs=0.05)
    press(page, "Close the lens")
    expect(lens.locator(".lens-title")).to_have_text("Lens")


def test_the_shipped_reader_is_watched_through_every_layer(open_page: Open) -> None:
    page = open_page("inside")
    page.locator("#model").select_option(DEFAULT_MODEL)
    expect(page.locator(".stream h3")).to_have_text(DEFAULT_MODEL)
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    names = page.locator(".layer h4 b").all_inner_texts()
    assert [name for name in names if name.startswith(("conv", "pool"))] == [
        "conv1", "conv2", "pool2", "conv3", "conv4", "pool4", "conv5", "conv6",
    ]  # fmt: skip
    lens = look_at(page, "conv4", 0.03, 0.03)
    expect(lens.locator(".lens-title")).to_contain_text("conv4 map 1 of 64")
    *terms, total = sums_in(lens)
    assert len(terms) == 6 + 1  # the maps that tell most, the others together; it has no bias
    assert sum(terms) == pytest.approx(total, abs=0.05)


def explained(page: Any, *rows: tuple[str, str]) -> list[str]:
    """Return what the page says of layers of these families and kinds."""

    def with_these(route: Any) -> None:
        said = route.fetch().json()
        for layer, (family, kind) in zip(said["models"][0]["layers"], rows, strict=False):
            layer.update(family=family, kind=kind)
        route.fulfill(json=said)

    page.route("**/v1/models", with_these)
    page.reload()
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    words: list[str] = page.locator(".layer").evaluate_all(
        "(layers) => layers.map((layer) => layer.querySelector('.words')?.textContent)"
    )
    return words[1 : 1 + len(rows)]  # the first is the image


def test_every_family_of_layers_is_explained_by_a_sentence(open_page: Open) -> None:
    families = get_args(Family)
    sentences = explained(open_page("inside"), *((family, "") for family in families))
    assert all(sentence.endswith(".") for sentence in sentences)
    assert len(set(sentences)) == len(families)


def test_activations_are_explained_as_what_they_do(open_page: Open) -> None:
    kinds = ["ReLU", "leaky ReLU 0.01", "1.7159·tanh(2x/3)", "GELU"]
    assert explained(open_page("inside"), *(("activation", kind) for kind in kinds)) == [
        "What is negative becomes 0.",
        "What is negative becomes nearly 0.",
        "Every number is squashed to between −1.7159 and 1.7159.",
        "The same function is applied to every number.",
    ]


def test_the_maps_are_walked_over_with_keys(open_page: Open) -> None:
    page = open_page("inside")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    maps = page.get_by_label(re.compile("Numbers of S2"))
    page.get_by_label(re.compile("Numbers of tanh1")).focus()
    page.keyboard.press("Tab")
    expect(maps).to_be_focused()
    title = page.locator(".lens-title")
    expect(title).to_contain_text("S2 map 1 of 6, row 8, column 8")
    for key in ("ArrowRight", "ArrowUp", "PageDown"):
        page.keyboard.press(key)
    expect(title).to_contain_text("S2 map 2 of 6, row 7, column 9")
    expect(page.locator("#spoken")).to_contain_text("S2 map 2 of 6, row 7, column 9")


# Writes down which layers light up, in their order.
WATCH_LAYERS = """() => {
  window.passed = [];
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const name = target.querySelector("b").textContent;
      if (target.classList.contains("passing") && window.passed.at(-1) !== name)
        window.passed.push(name);
    }
  }).observe(document.querySelector(".layers"),
    { subtree: true, attributeFilter: ["class"] });
}"""
WATCHED = ["image", "input", "C1", "tanh1", "S2", "C3", "tanh3", "S4", "C5", "tanh5", "F6",
           "tanh6", "output"]  # fmt: skip


def test_the_digit_passes_through_slowly_enough_to_be_watched(open_page: Open) -> None:
    page = open_page("inside", reduced_motion="no-preference")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    page.evaluate(WATCH_LAYERS)
    begin = time.monotonic()
    # The 3 may still be written, and answers to it may still come: the show goes on all the same.
    press(page, "Watch it pass")
    page.wait_for_selector(".layer.convolution.passing")
    expect(page.locator(".lens-title")).to_contain_text("C1 map 1 of 6")
    expect(page.locator(".passing")).to_have_count(0)
    assert page.evaluate("window.passed") == WATCHED
    assert time.monotonic() - begin > 5
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")


def test_new_numbers_do_not_cut_the_show_short_but_a_pen_does(open_page: Open) -> None:
    page = open_page("inside", reduced_motion="no-preference")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    page.wait_for_timeout(1000)
    page.evaluate(WATCH_LAYERS)
    press(page, "Watch it pass")
    page.wait_for_selector(".layer.convolution.passing")
    page.keyboard.press("Tab")  # somewhere else than the sheet
    page.evaluate("document.querySelector('[aria-label=\"Write an 8 for me\"]').click()")
    expect(page.locator(".stream-answer")).to_contain_text("reads an 8")
    expect(page.locator(".passing")).to_have_count(1)
    draw(page, 3, at=0.85)
    expect(page.locator(".passing")).to_have_count(0)
    assert "output" not in page.evaluate("window.passed")
    # What was being painted when the pen came is there whole.
    page.wait_for_timeout(700)
    painted = "document.querySelector('.layer.convolution canvas.values').toDataURL()"
    interrupted = page.evaluate(painted)
    press(page, "Watch it pass")
    page.wait_for_selector(".layer.pooling.passing")
    assert page.evaluate(painted) == interrupted


def test_all_layers_follow_the_pen(open_page: Open) -> None:
    page = open_page("inside")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    press(page, "Clear")
    draw(page, 0)
    expect(page.locator(".stream-answer")).to_contain_text("reads a 0")

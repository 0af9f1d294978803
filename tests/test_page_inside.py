"""Looking inside a network on the page."""

import re
import time
from typing import Any, get_args

import pytest

from browser import Open, at_rest, draw, expect, number, press, windows
from lenet import experiment
from lenet.models.lenet5_1998 import C3_SEES
from lenet.reader import DEFAULT_MODEL, Reader
from lenet.recipe import Recipe
from lenet.run import Family
from lenet.server.exported_page import page_of
from lenet.server.models import load_models

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
    # A click holds the cell, until another is clicked or the lens is closed.
    page.mouse.down()
    page.mouse.up()
    look_at(page, "S4", 0.5, 0.5)
    expect(lens.locator(".lens-title")).to_contain_text("C3 map 1 of 16, row 1")
    # What it is the sum of is told to the last product, for the next cell too.
    lens.get_by_text("Every input times its weight").click()
    expect(lens.locator(".exact table")).to_have_count(6)
    said = lens.locator(".exact table").first.inner_text().replace("−", "-")
    written = [float(found) for found in re.findall(r"[+-]?\d+\.\d+", said)]
    products = [one * weight for one, weight in zip(written[::2], written[1::2], strict=True)]
    assert len(products) == 25
    assert sum(products) == pytest.approx(terms[0], abs=0.1)
    look_at(page, "C1", 0.1, 0.1)
    page.mouse.down()
    page.mouse.up()
    expect(lens.locator(".lens-title")).to_contain_text("C1 map 1 of 6")
    expect(lens.locator(".exact td")).to_have_count(25)
    press(page, "Close the lens")
    expect(lens.locator(".lens-title")).to_have_text("Lens")
    look_at(page, "S4", 0.5, 0.5)
    expect(lens.locator(".lens-title")).to_contain_text("S4 map")


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
    page.mouse.down()
    page.mouse.up()
    lens.get_by_text("Every input times its weight").click()
    expect(lens.locator(".exact table")).to_have_count(48)  # of all maps before it, not of some


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


def test_every_layer_is_explained_where_it_stands(open_page: Open) -> None:
    page = open_page("inside")
    page.locator("#model").select_option(DEFAULT_MODEL)
    expect(page.locator(".stream h3")).to_have_text(DEFAULT_MODEL)
    layers = page.locator(".layer")
    words = layers.locator(".words").all_inner_texts()
    assert len(words) == layers.count() > 20
    assert all(sentence.endswith(".") for sentence in words)


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
      if (!target.matches(".layer")) continue;
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
    press(page, "Watch the digit pass through")
    page.wait_for_selector(".layer.convolution.passing")
    expect(page.locator(".lens-title")).to_contain_text("C1 map 1 of 6")
    expect(page.locator(".passing")).to_have_count(0)
    assert page.evaluate("window.passed") == WATCHED
    assert time.monotonic() - begin > 5
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")


def test_new_numbers_do_not_cut_the_show_short_but_a_pen_does(open_page: Open) -> None:
    page = open_page("inside", reduced_motion="no-preference")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    at_rest(page)
    page.evaluate(WATCH_LAYERS)
    press(page, "Watch the digit pass through")
    page.wait_for_selector(".layer.convolution.passing")
    page.keyboard.press("Tab")  # somewhere else than the sheet
    page.evaluate("document.querySelector('[aria-label=\"Write an 8 for me\"]').click()")
    expect(page.locator(".stream-answer")).to_contain_text("reads an 8")
    # On a slow machine the show may be over already; what matters is that it passed every layer.
    expect(page.locator(".passing")).to_have_count(0)
    assert page.evaluate("window.passed") == WATCHED
    page.evaluate("window.passed = []")
    press(page, "Watch the digit pass through")
    page.wait_for_selector(".layer.convolution.passing")
    draw(page, 3, at=0.85)
    expect(page.locator(".passing")).to_have_count(0)
    assert "output" not in page.evaluate("window.passed")
    # What was being painted when the pen came is there whole.
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    at_rest(page)
    painted = """() => {
      dispatchEvent(new Event("beforeprint")); // or what is out of sight would not be painted
      return document.querySelector(".layer.convolution canvas.values").toDataURL();
    }"""
    interrupted = page.evaluate(painted)
    press(page, "Watch the digit pass through")
    page.wait_for_selector(".layer.pooling.passing")
    assert page.evaluate(painted) == interrupted


def test_layers_of_the_model_before_that_come_late_are_not_shown(open_page: Open) -> None:
    page = open_page()
    page.locator("#model").select_option(DEFAULT_MODEL)
    page.get_by_role("link", name="Look inside").click()
    near = page.locator(".among .nearest li")
    page.locator(".among").scroll_into_view_if_needed()
    expect(near).to_have_count(5)
    held: list[Any] = []
    page.route("**/v1/models/lenet5/network*", lambda route: held.append(route), times=1)
    with page.expect_request("**/v1/models/lenet5/network*"):
        page.locator("#model").select_option("lenet5")
    page.locator("#model").select_option(DEFAULT_MODEL)
    page.locator(".among").scroll_into_view_if_needed()
    expect(page.locator(".among-map .own")).to_have_count(1)
    with page.expect_response("**/v1/models/lenet5/network*"):
        held[0].continue_()
    expect(near).to_have_count(5)
    expect(page.locator(".stream h3")).to_have_text(DEFAULT_MODEL)


def test_layers_out_of_sight_are_painted_once_they_are_seen_or_printed(open_page: Open) -> None:
    page = open_page("inside")
    page.locator("#model").select_option(DEFAULT_MODEL)
    expect(page.locator(".stream h3")).to_have_text(DEFAULT_MODEL)
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    last = page.locator(".layer.convolution canvas.values").last
    painted = "(canvas) => canvas.toDataURL()"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    three = last.evaluate(painted)
    press(page, "Clear")
    draw(page, 0)
    expect(page.locator(".stream-answer")).to_contain_text("reads a 0")
    assert last.evaluate(painted) == three  # nobody sees it
    last.scroll_into_view_if_needed()
    for _ in range(100):
        if last.evaluate(painted) != three:
            break
        page.wait_for_timeout(100)
    zero = last.evaluate(painted)
    assert zero != three
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert last.evaluate(painted) == zero


def test_the_show_is_stopped_by_its_button_and_ends_at_the_answer(open_page: Open) -> None:
    page = open_page("inside", viewport={"width": 390, "height": 844})
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    press(page, "Watch the digit pass through")
    page.wait_for_selector(".layer.pooling.passing")
    stop = page.get_by_role("button", name="Stop", exact=True)
    expect(stop).to_be_in_viewport(ratio=1)
    stop.click()
    expect(page.locator(".passing")).to_have_count(0)
    press(page, "Watch the digit pass through")
    page.wait_for_selector(".layer.pooling.passing")
    page.keyboard.press("Escape")
    expect(page.locator(".passing")).to_have_count(0)
    press(page, "Watch the digit pass through")
    page.wait_for_selector(".layer.pooling.passing")
    expect(page.locator(".passing")).to_have_count(0)
    expect(page.locator(".softmax .bars")).to_be_in_viewport(ratio=0.9)


def test_all_layers_follow_the_pen(open_page: Open) -> None:
    page = open_page("inside")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    press(page, "Clear")
    draw(page, 0)
    expect(page.locator(".stream-answer")).to_contain_text("reads a 0")


def test_a_class_says_which_numbers_spoke_for_it_and_against_it(open_page: Open) -> None:
    page = open_page("inside")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    lens = look_at(page, "output", 0.35, 0.5)  # the fourth of ten
    expect(lens.locator(".lens-title")).to_contain_text("output for “3”")
    expect(lens.locator(".lens-text")).to_contain_text("spoke most for “3” (+) or against it (−)")
    expect(lens.locator(".products tr")).to_have_count(8)
    weighed = lens.locator(".products td").all_inner_texts()
    for number_, weight, product in zip(weighed[::3], weighed[1::3], weighed[2::3], strict=True):
        factors = [float(re.sub("[×= ]", "", text).replace("−", "-")) for text in (number_, weight)]
        assert factors[0] * factors[1] == pytest.approx(
            float(product.strip("= ").replace("−", "-")), abs=0.02
        )
    words = [*weighed[2::3], lens.locator(".tail").inner_text()]
    *terms, total = (
        float(each) for each in re.findall(r"[+-]\d+\.\d+", " ".join(words).replace("−", "-"))
    )
    assert sum(terms) == pytest.approx(total, abs=0.06)


def test_the_temperature_moves_the_probabilities_and_goes_back(open_page: Open) -> None:
    page = open_page("inside")
    page.locator("#model").select_option(DEFAULT_MODEL)
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    best = page.locator(".softmax .bars .best b").first
    expect(best).to_have_text("> 99.9 %")
    slider = page.get_by_label("temperature")
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator(".temperature output")).to_have_text("10.00")
    expect(best).not_to_have_text("> 99.9 %")
    page.locator(".temperature button").click()
    expect(best).to_have_text("> 99.9 %")
    said = page.locator(".softmax")
    threshold = f"{Reader(DEFAULT_MODEL).classifier.lowest_score:.2f}".replace("-", "−")
    expect(said).to_contain_text(f"not below the threshold, {threshold}, so this is not refused")


def test_a_normalisation_shows_what_becomes_of_a_number(open_page: Open) -> None:
    page = open_page("inside")
    page.locator("#model").select_option(DEFAULT_MODEL)
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    words = look_at(page, "norm1", 0.03, 0.1).locator(".lens-text")
    expect(words).to_contain_text("as for all of its map")
    before, after, factor, shift = (
        float(each) for each in re.findall(r"-?\d+\.\d+", words.inner_text().replace("−", "-"))
    )
    assert before * factor + shift == pytest.approx(after, abs=0.1)


def test_looking_inside_asks_the_service_for_the_weights_only(open_page: Open) -> None:
    page = open_page("inside")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    press(page, "Clear")
    draw(page, 0)
    expect(page.locator(".stream-answer")).to_contain_text("reads a 0")
    assert not [url for url in asked if "/v1/layers" in url]


LETTER_A = ([(0.0, 1.0), (0.35, 0.0), (0.7, 1.0)], [(0.15, 0.65), (0.55, 0.65)])


def test_a_refused_shape_is_told_why_it_is_refused(open_page: Open) -> None:
    page = open_page()
    page.locator("#model").select_option(DEFAULT_MODEL)
    sheet = page.locator(".ink").bounding_box()
    left, top, high = sheet["x"] + sheet["width"] / 3, sheet["y"] + 60, 0.6 * sheet["height"]
    for line in LETTER_A:
        for index, (x, y) in enumerate(line):
            page.mouse.move(left + high * x, top + high * y, steps=12)
            if not index:
                page.mouse.down()
        page.mouse.up()
    expect(page.locator("#draw-answer .badge")).to_have_text("not a digit")
    page.locator("#draw-answer").get_by_role("button", name="Look inside").click()
    expect(page.locator(".stream-answer")).to_contain_text("does not take it for a digit")
    summary = page.locator(".summary")
    expect(summary).to_contain_text("It has too little of any digit")
    score, threshold = (
        float(each)
        for each in re.findall(r"-?\d+\.\d+", summary.inner_text().replace("−", "-"))[:2]
    )
    assert score < threshold
    expect(page.locator(".supposed")).to_contain_text("The bars: if it had to be a digit.")
    expect(page.locator(".against label")).to_contain_text("If it had to be a digit: why")
    press(page, "Why this answer?")
    expect(page.locator(".why-shown")).to_contain_text("The shape is refused all the same.")
    press(page, "Clear")
    draw(page, 3)
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    expect(page.locator(".supposed")).to_be_hidden()


def test_the_summary_names_the_runner_up_and_what_is_alike_and_leads_on(open_page: Open) -> None:
    page = open_page("inside", viewport={"width": 390, "height": 844})
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    expect(page.locator(".summary")).to_contain_text("It comes closest to 3, then to")
    expect(page.locator(".summary")).to_contain_text("among the test digits: 3, 3, 3, 3, 3.")
    parts = {"Map": ".among", "Answer": ".softmax .bars", "First layer": ".layer.convolution h4"}
    for name, part in parts.items():
        press(page, name)
        expect(page.locator(part).first).to_be_in_viewport()
        page.evaluate("scrollTo(0, 0)")


@pytest.fixture(scope="module")
def of_1998(chromium: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The page of a network of 1998, in a file."""
    folder = tmp_path_factory.mktemp("1998")
    recipe = Recipe.load("lenet5-1998").with_changes({"data": "uci-digits", "epochs": 1})
    run = experiment.train(recipe, runs=folder, device="cpu")
    (folder / "page.html").write_text(page_of(load_models([run.folder])), "utf-8")
    with windows(chromium, (folder / "page.html").as_uri()) as opened:
        page = opened("inside")
        expect(page.locator(".stream-answer")).to_contain_text("reads a")
        yield page


def test_the_network_of_1998_is_told_as_the_paper_tells_it(of_1998: Any) -> None:
    squash = of_1998.locator(".layer").filter(has=of_1998.get_by_text("squash1", exact=True))
    expect(squash).to_contain_text("squashed to between −1.7159 and 1.7159")
    lens = look_at(of_1998, "S2", 0.03, 0.5)
    expect(lens).to_contain_text("4 cells of squash1 are added up")
    total, factor, bias, value = (
        float(each)
        for each in re.findall(r"-?\d+\.\d+", lens.locator(".tail").inner_text().replace("−", "-"))
    )
    assert total * factor + bias == pytest.approx(value, abs=0.05)


def test_c3_of_1998_shows_only_what_it_is_connected_to(of_1998: Any) -> None:
    lens = look_at(of_1998, "C3", 0.03, 0.03)
    expect(lens.locator(".term")).to_have_count(3)
    expect(lens.locator(".lens-text")).to_contain_text("that it is connected to, 1, 2, 3,")
    of_1998.locator(".connections summary").click()
    rows = of_1998.locator(".connections tbody tr")
    expect(rows).to_have_count(6)
    connected = [row.locator("td").all_inner_texts() for row in rows.all()]
    assert [
        tuple(map_ for map_, row in enumerate(connected) if row[out]) for out in range(16)
    ] == list(C3_SEES)


def test_f6_of_1998_is_a_bitmap_beside_the_patterns(of_1998: Any) -> None:
    patterns = of_1998.locator(".patterns li")
    expect(patterns).to_have_count(10)
    texts = patterns.locator(".value").all_inner_texts()
    distances = [float(text.replace(",", "")) for text in texts]
    nearest = of_1998.locator(".patterns .nearest b").inner_text()
    assert int(nearest) == distances.index(min(distances))
    expect(of_1998.locator(".stream-answer")).to_contain_text(f" {nearest}")
    lens = look_at(of_1998, "output", 0.05, 0.5)
    expect(lens.locator(".lens-text")).to_contain_text(f"Minus {texts[0]}: the squared differences")
    expect(lens.locator(".bitmap")).to_have_count(3)


def test_of_two_patterns_of_1998_the_nearer_one_leads_by_their_distances(of_1998: Any) -> None:
    texts = of_1998.locator(".patterns .value").all_inner_texts()
    distances = [float(text.replace(",", "")) for text in texts]
    best, second = sorted(range(10), key=distances.__getitem__)[:2]
    against = of_1998.locator(".against")
    expect(against).to_contain_text(f"Why {best}, and not")
    expect(against).to_contain_text(f"the pattern of “{second}” is so much farther")
    rows = against.locator("tr").all_inner_texts()
    signed = [re.findall(r"[+-]\d+\.\d+", text.replace("−", "-"))[-1] for text in rows]
    words = against.locator("p").last.inner_text().replace("−", "-")
    rest, total = re.findall(r"[+-][\d,]+\.\d+", words)
    assert float(total.replace(",", "")) == pytest.approx(
        distances[second] - distances[best], abs=0.02
    )
    assert sum(map(float, signed)) + float(rest.replace(",", "")) == pytest.approx(
        float(total.replace(",", "")), abs=0.1
    )
    expect(of_1998.locator(".among-map text")).to_have_count(359)


def test_covering_parts_of_the_image_says_why(open_page: Open) -> None:
    page = open_page("inside")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    why = page.locator(".why")
    why.evaluate(
        """(element) => {
             window.busy = [];
             new MutationObserver(() => window.busy.push([element.ariaBusy, element.innerText]))
               .observe(element, { attributeFilter: ["aria-busy"] });
           }"""
    )
    press(page, "Why this answer?")
    shown = page.locator(".why-shown")
    expect(shown).to_contain_text("Orange: without it the network is less sure")
    colours = shown.locator(".heat").evaluate(
        """(canvas) => [canvas.width, new Set(new Uint32Array(canvas.getContext("2d")
             .getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size]"""
    )
    assert page.evaluate("window.busy[0]") == ["true", "Looking …"]
    expect(why).to_have_attribute("aria-busy", "false")
    assert colours[0] == 14
    assert colours[1] >= 4
    press(page, "Clear")
    draw(page, 0)
    expect(shown).to_be_hidden()


# How alike the strokes below the heat are to the image that the network sees; the same is 1.
ALIKE = """() => {
  const ink = document.querySelector(".ink");
  const heat = document.querySelector(".sheet > .heat").getBoundingClientRect();
  const sheet = ink.getBoundingClientRect();
  const small = document.createElement("canvas");
  small.width = small.height = 28;
  const context = small.getContext("2d");
  const ratio = ink.width / sheet.width;
  context.imageSmoothingQuality = "high";
  context.drawImage(ink, (heat.left - sheet.left) * ratio, (heat.top - sheet.top) * ratio,
    heat.width * ratio, heat.height * ratio, 0, 0, 28, 28);
  const image = document.querySelector(".why-shown .digit-image").getContext("2d");
  const [one, other] = [context, image].map((each) => {
    const alphas = [...each.getImageData(0, 0, 28, 28).data].filter((_, index) => index % 4 === 3);
    const mean = alphas.reduce((sum, alpha) => sum + alpha) / alphas.length;
    return alphas.map((alpha) => alpha - mean);
  });
  const product = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
  return product(one, other) / Math.sqrt(product(one, one) * product(other, other));
}"""


# The colour of heat that is most unlike that of no change.
STRONGEST = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const zero = getComputedStyle(document.documentElement).getPropertyValue("--zero");
  const [red, green, blue] = zero.match(/[\\d.]+/g).map(Number);
  let [most, colour] = [-1, null];
  for (let i = 0; i < data.length; i += 4) {
    if (!data[i + 3]) continue;
    const far = (data[i] - red) ** 2 + (data[i + 1] - green) ** 2 + (data[i + 2] - blue) ** 2;
    if (far > most) [most, colour] = [far, [...data.slice(i, i + 3)].join()];
  }
  return colour;
}"""


def test_why_lies_over_the_strokes_that_it_is_about(open_page: Open) -> None:
    page = open_page()
    draw(page, 5, at=0.3, height=0.5)
    expect(number(page)).to_have_text("5")
    page.wait_for_load_state("networkidle")  # the last point of the pen is read
    page.get_by_role("link", name="Look inside").click()
    expect(page.locator(".stream-answer")).to_contain_text("reads a 5")
    press(page, "Why this answer?")
    heat = page.locator(".sheet > .heat")
    expect(heat).to_be_visible()
    assert page.evaluate(ALIKE) > 0.75
    strongest = heat.evaluate(STRONGEST)
    assert strongest == page.locator(".why-shown .heat").evaluate(STRONGEST)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(300)
    assert page.evaluate(ALIKE) > 0.75
    press(page, "Switch to dark colours")
    assert heat.evaluate(STRONGEST) == page.locator(".why-shown .heat").evaluate(STRONGEST)
    assert heat.evaluate(STRONGEST) != strongest
    page.get_by_role("link", name="Draw").click()
    expect(heat).to_be_hidden()
    page.get_by_role("link", name="Look inside").click()
    expect(heat).to_be_visible()
    draw(page, 1, at=0.8, height=0.5)
    expect(heat).to_have_count(0)


def test_why_is_not_laid_over_strokes_that_changed_since(open_page: Open) -> None:
    page = open_page()
    draw(page, 3, at=0.3, height=0.5)
    draw(page, 1, at=0.7, height=0.5)
    expect(number(page)).to_have_text(re.compile("3\\s*1"))
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="Look inside").click()
    expect(page.locator(".stream-answer")).to_contain_text("reads a 1")
    asked = []
    page.route("**/v1/read*", lambda route: asked.append(route))  # and never answered
    page.evaluate(
        """() => {
             const sheet = document.querySelector(".sheet");
             const look = () => (window.covered ||= Boolean(sheet.querySelector(":scope > .heat")));
             new MutationObserver(look).observe(sheet, { childList: true });
             document.querySelector(".why-button").click();
             const tools = [...document.querySelectorAll(".tool")];
             tools.find((each) => each.textContent === "Undo").click();
           }"""
    )
    expect(page.locator(".why-shown")).to_be_visible()
    assert not page.evaluate("window.covered")
    assert asked


def test_why_of_a_mistake_is_not_laid_over_the_drawing(open_page: Open) -> None:
    page = open_page()
    press(page, "Write a 5 for me")
    expect(number(page)).to_have_text("5")
    page.get_by_role("link", name="Numbers").click()
    page.locator(".mistakes li button").first.click()
    expect(page.locator(".stream-answer")).to_contain_text("reads")
    press(page, "Why this answer?")
    expect(page.locator(".why-shown")).to_be_visible()
    expect(page.locator(".sheet > .heat")).to_have_count(0)


def test_what_is_drawn_later_is_looked_into_in_place_of_a_mistake(open_page: Open) -> None:
    page = open_page("numbers")
    page.locator(".mistakes button").first.click()
    expect(page.locator(".whose")).to_contain_text("test image")
    page.evaluate("location.hash = '#draw'")
    draw(page, 3)
    expect(number(page)).to_have_text("3")
    page.evaluate("location.hash = '#inside'")
    expect(page.locator(".whose")).to_have_text("The 3 you drew.")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")


def test_a_sheet_without_a_digit_is_said_to_have_none(open_page: Open) -> None:
    page = open_page("inside", viewport={"width": 360, "height": 640})
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    press(page, "Clear")
    expect(page.locator(".whose")).to_have_text(
        "There is no digit on the sheet to look into. Draw one."
    )
    expect(page.locator(".whose")).to_be_visible()
    expect(page.locator(".streams")).to_have_js_property("inert", True)
    draw(page, 2)
    expect(page.locator(".stream-answer")).to_contain_text("reads a 2")
    expect(page.locator(".streams")).to_have_js_property("inert", False)


def test_softmax_says_what_else_decides_in_draw(open_page: Open) -> None:
    page = open_page("inside")
    page.locator("#compare").select_option(DEFAULT_MODEL)
    expect(page.locator(".softmax")).to_have_count(2)
    without, fitted = page.locator(".softmax").all()
    expect(without).to_contain_text("the network that finds digits leaves out what it takes for")
    expect(without).not_to_contain_text("this is multiplied by the probability")
    expect(fitted).to_contain_text("this is multiplied by the probability that there is a digit")
    expect(fitted).not_to_contain_text("leaves out what it takes for")

"""The page on every screen: phones both ways up, zoomed, projected, in other colours."""

import re
from typing import Any

import pytest

from browser import PICTURES, ROOMS, Open, draw, expect, number, press, upload
from lenet.reader import DEFAULT_MODEL
from live_service import Live
from readings import compare_readings, reading_by

pytestmark = pytest.mark.browser

# Whether a good part of the first layer with weights is seen between the sheet and the navigation
# below, and how many layers are.
SEEN = """() => {
  const bottom = document.querySelector(".rooms").getBoundingClientRect().top;
  const top = document.querySelector(".pad").getBoundingClientRect().bottom;
  const seen = [...document.querySelectorAll(".layer canvas.values")].filter((canvas) => {
    const box = canvas.getBoundingClientRect();
    return Math.min(box.bottom, bottom) - Math.max(box.top, top) >= Math.min(20, box.height);
  });
  return { first: seen.some((canvas) => canvas.closest(".convolution")), count: seen.length };
}"""
SHIFTS = """window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if (!entry.hadRecentInput) window.shifts += entry.value;
  }).observe({ type: "layout-shift", buffered: true });"""


# How far the name of each class is from the middle of its cell, across.
BESIDE_CELLS = """() => {
  const names = document.querySelector(".class-names");
  const maps = names.parentElement.querySelector(".maps").getBoundingClientRect();
  return [...names.children].map((name, index) => {
    const { left, right } = name.getBoundingClientRect();
    return (left + right) / 2 - maps.left - ((index + 0.5) / 10) * maps.width;
  });
}"""


def go(page: Any, room: str) -> None:
    page.evaluate("(room) => { location.hash = room; }", room)
    page.wait_for_selector(f"#room-{room}:not([hidden])")


def wait_while(page: Any, condition: str) -> bool:
    """Wait until a condition no longer holds; tell whether it still does after five seconds."""
    for _ in range(50):
        if not page.evaluate(condition):
            return False
        page.wait_for_timeout(100)
    return True


def resize(page: Any, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_timeout(200)


@pytest.mark.parametrize("model", [DEFAULT_MODEL, "lenet5"])
def test_a_phone_shows_layers_below_the_sheet_while_drawing(open_page: Open, model: str) -> None:
    page = open_page("inside", viewport={"width": 360, "height": 640})
    page.locator("#model").select_option(model)
    expect(page.locator(f".stream[aria-label*='{model}'] .stream-answer")).to_contain_text("reads")
    for size in ((360, 640), (390, 664), (390, 844)):
        resize(page, *size)
        page.evaluate("scrollTo(0, 0)")
        assert not wait_while(page, f"!({SEEN})().first"), size
        assert page.evaluate(f"({SEEN})().count") >= 2, size
        page.evaluate("scrollTo(0, 600)")
        expect(page.locator(".ink")).to_be_in_viewport(ratio=1)
        assert not wait_while(page, f"({SEEN})().count < 2"), size
    press(page, "Clear")
    draw(page, 0)
    expect(page.locator(".stream-answer")).to_contain_text("reads a 0")


@pytest.mark.parametrize("size", [(844, 390), (640, 360)])
def test_a_low_window_has_two_columns_that_scroll(open_page: Open, size: tuple[int, int]) -> None:
    page = open_page(viewport={"width": size[0], "height": size[1]})
    draw(page, 4)
    expect(number(page)).to_have_text("4")
    sheet = page.locator(".sheet").bounding_box()
    answer = page.locator("#draw-answer").bounding_box()
    assert sheet["x"] + sheet["width"] <= answer["x"]
    page.mouse.move(answer["x"] + 60, 200)
    page.mouse.wheel(0, 150)
    expect(page.locator("#draw-answer .number")).not_to_be_in_viewport(ratio=1)
    expect(page.locator(".ink")).to_be_in_viewport(ratio=0.95)
    # Nothing lies over the answer: navigation is above.
    expect(page.locator(".rooms a").first).to_be_in_viewport()
    assert page.locator(".rooms").bounding_box()["y"] < 60
    go(page, "inside")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 4")
    side = page.locator(".pad-place").bounding_box()
    assert side["x"] + side["width"] <= page.locator(".stream").bounding_box()["x"]


def test_wide_screens_are_used_and_narrow_ones_never_scroll_sideways(open_page: Open) -> None:
    page = open_page(viewport={"width": 3840, "height": 2160})
    draw(page, 4, at=0.9)
    expect(number(page)).to_have_text("4")
    assert page.locator("#room-draw").bounding_box()["width"] > 0.8 * 3840
    for width, height in ((1280, 720), (1440, 900), (360, 640), (320, 640), (844, 390), (640, 360)):
        resize(page, width, height)
        for room in ROOMS:
            go(page, room)
            overflows = wait_while(page, "document.documentElement.scrollWidth > innerWidth")
            assert not overflows, (room, width)
    go(page, "numbers")
    resize(page, 360, 640)
    expect(page.locator(".confusion")).to_be_visible()
    cut = page.locator(".confusion td").evaluate_all(
        "(cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).length"
    )
    assert cut == 0


def test_labels_at_the_edges_of_the_sheet_stay_on_it(open_page: Open) -> None:
    page = open_page()
    reading = {
        "picture": "picture", "model": "lenet5", "status": "nothing", "text": "", "width": 640,
        "height": 400, "numbers": [], "digits": [],
        "rejected": [{"box": [600, 200, 30, 60], "reason": "not_a_digit",
                      "image": "AA" * 520 + "A" * 6 + "=="}],
    }  # fmt: skip
    page.route("**/v1/read*", lambda route: route.fulfill(json=reading))
    press(page, "Write a 1 for me")
    label = page.locator(".pad .box span")
    expect(label).to_have_text("not a digit")
    edge, sheet = label.bounding_box(), page.locator(".sheet").bounding_box()
    assert edge["x"] + edge["width"] <= sheet["x"] + sheet["width"]


# By how many pixels each label of the sheet lies outside of it.
OUTSIDE = """() => {
  const sheet = document.querySelector(".sheet .boxes").getBoundingClientRect();
  return [...document.querySelectorAll(".sheet .box span")].map((label) => {
    const { left, right, top, bottom } = label.getBoundingClientRect();
    return Math.round(Math.max(
      sheet.left - left, right - sheet.right, sheet.top - top, bottom - sheet.bottom));
  });
}"""


@pytest.mark.parametrize("size", [(1280, 800), (390, 844), (3840, 2160)])
def test_labels_of_two_models_stay_on_the_sheet_at_every_edge(
    open_page: Open, size: tuple[int, int]
) -> None:
    page = open_page(viewport={"width": size[0], "height": size[1]})
    at_edges = [[x, y, 40, 100] for x in (0, 300, 600) for y in (0, 150, 300)]
    ours, theirs = at_edges[:7], at_edges[:5] + at_edges[7:]
    compare_readings(
        page,
        reading_by("lenet5", *((5, box) for box in ours), refused=tuple(at_edges[7:8])),
        reading_by(DEFAULT_MODEL, *((6, box) for box in theirs)),
    )
    press(page, "Write a 4 for me")
    labels = page.locator(".pad .box span")
    expect(labels).to_have_count(7 + 1 + 1 + 7 + 1)
    chosen = page.locator("#draw-answer .number button")
    for room in ("draw", "inside"):
        go(page, room)
        for place in (0, 6):
            if room == "draw":
                chosen.nth(place).click()
            # In another room the sheet gets its size, and its labels their places, a frame later.
            assert not wait_while(page, f"Math.max(...({OUTSIDE})()) > 0"), (room, place)
    for kind in ("sure", "second", "differs"):
        # In one step: the boxes are drawn anew when the sheet has got its size in another room.
        off = page.evaluate(
            """(kind) => {
                 const box = document.querySelector(`.pad .box.${kind}`);
                 const layer = box.parentElement.getBoundingClientRect();
                 const { left, top, width, height } = box.getBoundingClientRect();
                 const share = (value) => Number.parseFloat(value) / 100;
                 const { style } = box;
                 return [
                   left + width / 2 - layer.left -
                     layer.width * (share(style.left) + share(style.width) / 2),
                   top + height / 2 - layer.top -
                     layer.height * (share(style.top) + share(style.height) / 2),
                 ];
               }""",
            kind,
        )
        assert off == pytest.approx([0, 0], abs=0.6), kind


def test_labels_of_a_picture_are_placed_again_when_it_gets_its_size(open_page: Open) -> None:
    page = open_page("picture")
    box = [300, 150, 40, 100]
    compare_readings(page, reading_by("lenet5", (5, box)), reading_by(DEFAULT_MODEL, (6, box)))
    upload(page, PICTURES / "7-small.png")
    sure, differs = page.locator("#picture-side .box.sure"), page.locator("#picture-side .differs")
    expect(sure).to_be_visible()
    edges = re.compile("low|high|start|end")
    image = page.locator("#picture-side .frame img")
    image.evaluate("(image) => Object.assign(image.style, { width: '40px', height: '25px' })")
    for each in (sure, differs):
        expect(each).to_have_class(edges)
    image.evaluate("(image) => Object.assign(image.style, { width: '640px', height: '400px' })")
    for each in (sure, differs):
        expect(each).not_to_have_class(edges)


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_names_of_classes_stand_below_their_cells(open_page: Open, width: int) -> None:
    page = open_page("inside", viewport={"width": width, "height": 800})
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    off = page.evaluate(BESIDE_CELLS)
    assert len(off) == 10
    assert max(map(abs, off)) <= 1.5


def test_forced_colours_keep_bars_and_ink(open_page: Open) -> None:
    page = open_page(forced_colors="active", color_scheme="dark")
    press(page, "Write a 4 for me")
    expect(number(page)).to_have_text("4")
    back, bar, other = page.evaluate(
        """() => [".best .track", ".best .track i", "li:not(.best) .track i"].map((selector) =>
             getComputedStyle(document.querySelector(`#draw-answer .bars ${selector}`))
               .backgroundColor)"""
    )
    assert len({back, bar, other}) == 3
    ink, paper = page.evaluate(
        """() => { const style = getComputedStyle(document.querySelector(".sheet"));
             return [style.color, style.backgroundColor]; }"""
    )
    assert ink != paper


def test_forced_colours_keep_the_score_and_the_map_of_test_digits(open_page: Open) -> None:
    page = open_page("inside", forced_colors="active", color_scheme="dark")
    page.locator("#model").select_option(DEFAULT_MODEL)
    expect(page.locator(".among .nearest b")).to_have_text(["3"] * 5)
    back, bar, threshold = page.evaluate(
        """() => [".meter", ".meter i", ".meter b"].map((selector) =>
             getComputedStyle(document.querySelector(selector)).backgroundColor)"""
    )
    assert len({back, bar, threshold}) == 3
    sign, ring, paper = page.evaluate(
        """() => { const style = (selector) => getComputedStyle(document.querySelector(selector));
             return [style(".among-map text").fill, style(".own circle:last-child").stroke,
                     style(".among-map").backgroundColor]; }"""
    )
    assert len({sign, ring, paper}) == 3


def tap(page: Any, layer: str) -> None:
    """Choose a cell of a layer, as a finger would."""
    page.get_by_label(f"Numbers of {layer}.").evaluate(
        """(maps) => {
             maps.scrollIntoView({ block: "center" });
             const { left, top } = maps.getBoundingClientRect();
             const place = { clientX: left + 20, clientY: top + 20, bubbles: true };
             maps.querySelector(".marks").dispatchEvent(new MouseEvent("click", place));
           }"""
    )


def test_on_a_phone_the_lens_goes_when_its_layer_is_scrolled_away(open_page: Open) -> None:
    page = open_page("inside", viewport={"width": 390, "height": 844})
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    tap(page, "C3")
    expect(page.locator(".lens.busy")).to_be_in_viewport(ratio=0.9)
    page.locator(".softmax").evaluate("(element) => element.scrollIntoView()")
    expect(page.locator(".lens.busy")).to_have_count(0)


def test_a_finger_chooses_the_strongest_cell_near_it_and_sees_the_maps_above_the_lens(
    open_page: Open,
) -> None:
    page = open_page(
        "inside", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    expect(page.locator(".lens-hint")).to_contain_text("Tap a layer")
    assert (
        page.locator(".ramp").bounding_box()["y"] < page.locator(".maps").first.bounding_box()["y"]
    )
    # The corner of the image is paper; the strongest cell near the middle of its upper half is ink.
    maps = page.get_by_label("Numbers of image.")
    maps.scroll_into_view_if_needed()
    box = maps.bounding_box()
    page.touchscreen.tap(box["x"] + 0.5 * box["width"], box["y"] + 0.35 * box["height"])
    title = page.locator(".lens-title")
    expect(title).to_contain_text("image map 1 of 1")
    assert float(title.locator(".value").inner_text()) > 0.9
    maps = page.get_by_label("Numbers of C3.")
    maps.evaluate("(element) => element.scrollIntoView({ block: 'end' })")
    box = maps.bounding_box()
    page.touchscreen.tap(box["x"] + 30, box["y"] + box["height"] - 30)
    expect(title).to_contain_text("C3 map")
    lens, maps = page.locator(".lens").bounding_box(), maps.bounding_box()
    assert maps["y"] + maps["height"] <= lens["y"]
    assert maps["y"] >= page.locator(".top").bounding_box()["height"]


def test_in_a_low_window_the_lens_is_seen_when_a_cell_is_chosen(open_page: Open) -> None:
    page = open_page("inside", viewport={"width": 844, "height": 390})
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    tap(page, "C3")
    expect(page.locator(".lens-title")).to_contain_text("C3 map 1")
    expect(page.locator(".lens-title")).to_be_in_viewport(ratio=1)
    press(page, "Close the lens")
    expect(page.locator(".ink")).to_be_in_viewport(ratio=0.95)


def test_where_motion_is_reduced_the_digit_passes_in_steps(open_page: Open) -> None:
    page = open_page("inside")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    page.evaluate(
        """() => {
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
    )
    press(page, "Watch the digit pass through")
    page.wait_for_selector(".layer.convolution.passing")
    expect(page.locator(".passing")).to_have_count(0)
    assert page.evaluate("window.passed.length") == 13


def test_no_room_jumps_while_it_fills(open_page: Open, served: Live) -> None:
    page = open_page()
    page.add_init_script(SHIFTS)
    for place in (*ROOMS, f"numbers?with={DEFAULT_MODEL}"):
        room = place.split("?")[0]
        page.goto("about:blank")
        page.goto(f"{served.address}#{place}")
        page.wait_for_selector(f"#room-{room}:not([hidden])")
        if room == "numbers":
            expect(page.locator(".facts").last).to_be_visible()
        if room == "inside":
            expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
        page.wait_for_timeout(300)
        assert page.evaluate("window.shifts") <= 0.05, place


def test_right_to_left_turns_the_ramp_with_its_words(open_page: Open) -> None:
    page = open_page("inside")
    page.evaluate("document.documentElement.dir = 'rtl'")
    place = page.evaluate(
        """() => [...document.querySelector(".legend").childNodes].map((node) => {
             const range = document.createRange();
             range.selectNode(node);
             return range.getBoundingClientRect().left;
           })"""
    )
    assert place == sorted(place, reverse=True)
    ramp = page.locator(".ramp").evaluate("(canvas) => getComputedStyle(canvas).transform")
    assert re.match(r"matrix\(-1, 0, 0, 1", ramp)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def right_to_left(page: Any) -> None:
    page.evaluate("document.documentElement.dir = 'rtl'")
    page.wait_for_timeout(200)


def box_of(page: Any, selector: str) -> tuple[float, float]:
    """Return where an element begins and ends, across."""
    left, right = page.locator(selector).first.evaluate(
        "(element) => { const { left, right } = element.getBoundingClientRect();"
        " return [left, right]; }"
    )
    return left, right


def stands_from_left_to_right(page: Any, selector: str) -> bool:
    """Tell whether each letter of a text that is not broken is right of the one before."""
    places = page.locator(selector).first.evaluate(
        """(element) => [...element.textContent].map((letter, at) => {
             const range = document.createRange();
             range.setStart(element.firstChild, at);
             range.setEnd(element.firstChild, at + 1);
             return range.getBoundingClientRect().left;
           })"""
    )
    assert len(places) > 3
    return bool(places == sorted(places))


def test_right_to_left_turns_bars_and_what_marks_them(open_page: Open) -> None:
    page = open_page("inside")
    page.locator("#model").select_option(DEFAULT_MODEL)
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    right_to_left(page)
    least = ".softmax li:not(.best) .track"
    for back, bar in ((least, f"{least} i"), (".meter", ".meter i")):
        assert box_of(page, bar)[1] == pytest.approx(box_of(page, back)[1], abs=0.6)
    [left, right], mark = box_of(page, ".meter"), box_of(page, ".meter b")
    assert right - mark[1] == pytest.approx((right - left) / 3, abs=1)
    # Whoever clicks where a temperature is marked gets it.
    page.locator(".fitted").evaluate("(mark) => mark.style.setProperty('--at', '0.8')")
    slider = page.locator(".temperature input")
    slider.scroll_into_view_if_needed()
    mark, track = box_of(page, ".fitted"), slider.bounding_box()
    page.mouse.click(sum(mark) / 2, track["y"] + track["height"] / 2)
    share = slider.evaluate("(slider) => slider.valueAsNumber / slider.max")
    assert share == pytest.approx(0.8, abs=0.02)


def test_right_to_left_leaves_pictures_and_numbers_as_they_are(open_page: Open) -> None:
    page = open_page()
    digits = [(digit, [60 + 120 * at, 100, 80, 160]) for at, digit in enumerate((3, 7, 1, 9))]
    readings = [reading_by(model, *digits) for model in ("lenet5", DEFAULT_MODEL)]
    for each in readings:
        each.update(text="37 19", numbers=[{"text": "37", "digits": [0, 1]},
                                           {"text": "19", "digits": [2, 3]}])  # fmt: skip
    compare_readings(page, *readings)
    press(page, "Write a 4 for me")
    expect(number(page)).to_have_text(re.compile(r"3\s*7\s*1\s*9"))
    right_to_left(page)
    places = page.locator("#draw-answer .number button").evaluate_all(
        "(digits) => digits.map((digit) => digit.getBoundingClientRect().left)"
    )
    assert places == sorted(places)
    assert stands_from_left_to_right(page, "#draw-answer .versus dd")
    assert stands_from_left_to_right(page, "#draw-answer .best .shares b")
    go(page, "inside")
    expect(page.locator(".stream-answer").first).to_contain_text("reads")
    assert max(map(abs, page.evaluate(BESIDE_CELLS))) <= 1.5
    assert stands_from_left_to_right(page, ".products td:last-child")
    go(page, "numbers")
    expect(page.locator(".model .facts")).to_have_count(2)
    expect(page.locator(".chart .axis")).to_have_count(2)
    for chart in page.locator(".chart").all():
        off = chart.evaluate(
            """(chart) => {
                 const { left, right } = chart.getBoundingClientRect();
                 const axis = chart.querySelector(".axis").getBoundingClientRect();
                 const ticks = [...chart.querySelectorAll("text[text-anchor=end]")];
                 const places = ticks.map((tick) => tick.getBoundingClientRect());
                 return [Math.max(...places.map((tick) => tick.right)) - axis.left,
                         left - Math.min(...places.map((tick) => tick.left))];
               }"""
        )
        assert max(off) <= 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

"""The page of `lenet serve`, as people use it, in Chromium."""

import base64
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lenet.reader import DEFAULT_MODEL
from lenet.run import Run

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
from draw_pictures import FOLDER, STROKES, path

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
expect = playwright.expect
expect.set_options(timeout=20_000)  # on a busy machine everything takes longer

pytestmark = pytest.mark.browser

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
TOKEN = "open-sesame"
AXE = "axe-core@4.14.1"
ROOMS = ("draw", "picture", "inside", "numbers")
# Messages that are not of our making: the browser itself writes them of answers we ask for.
EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
OURS = "willReadFrequently"  # a test that looks at pixels is told that it does


class Service:
    """A `lenet serve` of its own, and how it is asked from here."""

    def __init__(self, folder: Path, *models: str, token: str = "") -> None:
        environment = {**os.environ, "NO_COLOR": "1"}
        environment.pop("LENET_TOKEN", None)
        if token:
            environment["LENET_TOKEN"] = token
        words = [*models, "--port", "0", "--collect", str(folder / "corrections.db")]
        with (folder / "serve.log").open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "lenet", "serve", *words],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        assert self.address.startswith("http"), (folder / "serve.log").read_text()

    def close(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=20)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, quick_run: Run) -> Iterator[Service]:
    if CHROMIUM is None:
        pytest.skip("no Chromium: install it (Debian and Ubuntu: apt install chromium)")
    running = Service(
        tmp_path_factory.mktemp("service"), "lenet5", str(quick_run.folder), DEFAULT_MODEL
    )
    yield running
    running.close()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium: install it (Debian and Ubuntu: apt install chromium)")
    film = tmp_path_factory.mktemp("camera") / "film.mjpeg"
    frame = io.BytesIO()
    Image.open(FOLDER / "5-photo-with-shadow.png").convert("RGB").resize((480, 640)).save(
        frame, "JPEG", quality=95
    )
    film.write_bytes(frame.getvalue() * 3)
    with playwright.sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-video-capture={film}",
            ],
        )
        yield browser
        browser.close()


Open = Callable[..., Any]


@pytest.fixture
def open_page(chromium: Any, service: Service) -> Iterator[Open]:
    """Open the page in a window of its own; at the end nothing may have gone wrong in it."""
    contexts: list[Any] = []
    troubles: list[str] = []

    def opened(
        room: str = "draw", address: str = "", expect_errors: bool = False, **how: Any
    ) -> Any:
        how = {"viewport": {"width": 1280, "height": 800}, "reduced_motion": "reduce", **how}
        context = chromium.new_context(**how)
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        home = (address or service.address).split("#")[0]

        def heard(message: Any) -> None:
            bad = message.type in ("error", "warning")
            expected = expect_errors and EXPECTED.match(message.text)
            if bad and not (expected or OURS in message.text):
                troubles.append(f"console: {message.text}")

        def asked(request: Any) -> None:
            if not request.url.startswith((home, "blob:", "data:")):
                troubles.append(f"another host was asked: {request.url}")

        page.on("console", heard)
        page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        page.on("request", asked)
        page.goto(address or f"{home}#{room}")
        if not expect_errors:
            page.wait_for_selector(f"#room-{room}:not([hidden])")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)


def strokes(digit: int, left: float, top: float, height: float) -> Iterator[list[Any]]:
    """Yield the strokes of a digit as lists of points on the window."""
    for knots in STROKES[digit]:
        line = path(knots)[::6]
        yield [(left + height * x, top + height * y) for x, y in line]


def draw(page: Any, digit: int, at: float = 0.5, height: float = 0.6) -> None:
    """Draw a digit with the mouse; `at` and `height` are shares of the sheet."""
    sheet = page.locator(".ink").bounding_box()
    high = height * sheet["height"]
    left = sheet["x"] + at * sheet["width"] - 0.35 * high
    for line in strokes(digit, left, sheet["y"] + (sheet["height"] - high) / 2, high):
        page.mouse.move(*line[0])
        page.mouse.down()
        for point in line[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def number(page: Any, room: str = "draw") -> Any:
    return page.locator(f"#{room}-answer .number")


def press(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def upload(page: Any, file: Path | str) -> None:
    page.locator("#picture-side input[type=file]").first.set_input_files(file)


# ------------------------------------------------------------------ drawing


@pytest.mark.parametrize("model", [DEFAULT_MODEL, "lenet5"])
def test_every_digit_that_is_drawn_with_the_mouse_is_read(open_page: Open, model: str) -> None:
    page = open_page()
    page.locator("#model").select_option(model)
    read = []
    for digit in range(10):
        draw(page, digit)
        expect(number(page)).to_have_text(re.compile(r"^\d$"))
        page.wait_for_timeout(250)  # until the answer to the last point is there
        read.append(number(page).inner_text())
        expect(page.locator("#draw-answer .time")).to_contain_text(model)
        press(page, "Clear")
        expect(number(page)).to_have_text("")
    assert read == list("0123456789")


def test_the_answer_is_there_while_the_pen_is_still_down(open_page: Open) -> None:
    page = open_page()
    sheet = page.locator(".ink").bounding_box()
    page.mouse.move(sheet["x"] + 300, sheet["y"] + 80)
    page.mouse.down()
    for y in range(80, 320, 8):
        page.mouse.move(sheet["x"] + 300, sheet["y"] + y)
    expect(number(page)).to_have_text("1")
    expect(page.locator(".pad .box.chosen")).to_have_text("1")
    page.mouse.up()


def test_a_number_is_read_from_left_to_right_and_any_digit_of_it_can_be_chosen(
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
    page.wait_for_timeout(400)
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


# ------------------------------------------------------------------ what an answer can be

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
        "Left out: one sign that is no digit."
    )
    expect(page.locator(".pad .box")).to_have_text("not a digit")
    assert number(page).inner_text() == ""
    expect(page.locator("#draw-answer .ask")).to_have_text("It is a digit after all? Say which:")
    page.locator("#draw-answer").get_by_role("button", name="Look inside").click()
    expect(page.locator(".stream-answer")).to_contain_text("takes it for no digit")


BLANK = {"picture": "picture", "model": "lenet5", "text": "", "width": 640, "height": 400,
         "digits": [], "rejected": []}  # fmt: skip


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
            {**BLANK, "status": "nothing", "rejected": [{"box": [1, 2, 30, 40], "reason": "line"}]},
            "not a digit",
            "There is something on it, but no digit.",
        ),
        (
            {**BLANK, "status": "digits", "text": "?", "digits": [digit_of(4, 0.46, "uncertain")]},
            "uncertain",
            "Perhaps a 4 (46.0 %)",
        ),
        (
            {**BLANK, "status": "digits", "text": "4", "digits": [digit_of(4, 0.998, "digit")]},
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
    upload(page, FOLDER / "0-pencil.png")
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


# ------------------------------------------------------------------ pictures


def test_an_uploaded_picture_is_read_with_boxes_on_it(open_page: Open) -> None:
    page = open_page("picture")
    upload(page, FOLDER / "7-small.png")
    expect(number(page, "picture")).to_have_text("7")
    box = page.locator(".frame .box.sure").bounding_box()
    shown = page.locator(".frame img").bounding_box()
    assert shown["x"] <= box["x"]
    assert box["x"] + box["width"] <= shown["x"] + shown["width"] + 8
    page.locator(".crops button").first.click()
    expect(page.locator(".crops button").first).to_have_attribute("aria-pressed", "true")


DATA_TRANSFER = """async (coded) => {
  const bytes = Uint8Array.from(atob(coded), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], "a.png", { type: "image/png" }));
  return data;
}"""


@pytest.mark.parametrize("how", ["paste", "drop"])
def test_a_picture_can_be_pasted_and_dropped_in_any_room(open_page: Open, how: str) -> None:
    page = open_page("draw")
    coded = base64.b64encode((FOLDER / "2-mouse.png").read_bytes()).decode()
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


def test_a_picture_too_large_to_be_sent_is_made_smaller_and_the_page_says_so(
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


# ------------------------------------------------------------------ looking inside


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
        "conv1", "conv2", "pool2", "conv3", "conv4", "pool4", "conv5",
    ]  # fmt: skip
    lens = look_at(page, "conv4", 0.03, 0.03)
    expect(lens.locator(".lens-title")).to_contain_text("conv4 map 1 of 64")
    *terms, total = sums_in(lens)
    assert len(terms) == 6 + 1  # the maps that tell most, the others together; it has no bias
    assert sum(terms) == pytest.approx(total, abs=0.05)


def test_every_kind_of_layer_is_explained_as_what_it_is(open_page: Open) -> None:
    kinds = {
        "convolution 5×5": "convolution",
        "2 × convolution 3×3, 2 × ReLU, convolution 1×1": "residual",
        "average 2×2": "pooling",
        "maximum 2×2": "pooling",
        "full connection": "dense",
        "squared distance": "dense",
        "batch normalisation": "normalisation",
        "leaky ReLU": "activation",
        "padding 2": "padding",
    }
    found = open_page().evaluate(
        "(kinds) => import('./kinds.js').then(({ family }) => kinds.map(family))", list(kinds)
    )
    assert found == list(kinds.values())


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


def test_the_digit_passes_through_slowly_enough_to_be_watched(open_page: Open) -> None:
    page = open_page("inside", reduced_motion="no-preference")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    page.wait_for_timeout(3500)  # until the 3 is written: a new answer would stop the show
    press(page, "Watch it pass")
    page.wait_for_selector(".layer.convolution.passing")
    expect(page.locator(".lens-title")).to_contain_text("C1 map 1 of 6")
    expect(page.locator(".passing")).to_have_count(0)


def test_all_layers_follow_the_pen(open_page: Open) -> None:
    page = open_page("inside")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    press(page, "Clear")
    draw(page, 0)
    expect(page.locator(".stream-answer")).to_contain_text("reads a 0")


# ------------------------------------------------------------------ models


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


def test_the_numbers_are_those_of_the_shipped_run(open_page: Open, mnist_dir: Path) -> None:
    scores = json.loads((Run.find("lenet5").folder / "scores.json").read_text())["test"]
    page = open_page("numbers")
    expect(page.locator(".score")).to_contain_text(f"{scores['errors']} errors in 10,000")
    expect(page.locator(".confusion")).to_be_visible()
    cells = page.locator(".confusion tbody td").all_inner_texts()
    shown = [0 if cell == "·" else int(cell) for cell in cells]
    assert shown == [count for row in scores["confusion"] for count in row]
    expect(page.locator(".markdown")).to_contain_text("Fails on what its data lacks")
    truth, answer = divmod(max(range(100), key=lambda i: shown[i] if i // 10 != i % 10 else 0), 10)
    expect(page.locator(".mistakes li").first).to_be_visible()
    page.get_by_role(
        "button", name=f"{shown[10 * truth + answer]} times a {truth} was read as {answer}"
    ).click()
    expect(page.locator(".mistakes li")).to_have_count(shown[10 * truth + answer])
    page.locator(".mistakes button").first.click()
    expect(page.locator(".stream-answer")).to_contain_text(f"reads a {answer}")


# ------------------------------------------------------------------ corrections


def kept(page: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(
        "fetch('v1/corrections?limit=50').then((answer) => answer.json())"
    )["corrections"]
    return found


def test_a_correction_is_kept_and_taken_back_with_one_click_each(open_page: Open) -> None:
    page = open_page()
    press(page, "Write a 1 for me")
    expect(number(page)).to_have_text("1")
    page.wait_for_timeout(300)
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
    press(page, "Write a 4 for me")
    expect(number(page)).to_have_text("4")
    page.wait_for_timeout(300)
    press(page, "It is a 9")
    expect(page.locator(".said")).to_contain_text("busy")
    press(page, "Try again")
    expect(page.locator(".said")).to_contain_text("Kept: this is a 9.")
    assert len(ids) == 2
    assert ids[0] == ids[1]
    page.get_by_role("link", name="Numbers").click()
    expect(page.locator(".kept li").first).to_contain_text("9, read as 4")


# ------------------------------------------------------------------ token


def test_a_token_is_taken_out_of_the_address_and_kept_for_the_tab(
    open_page: Open, tmp_path: Path
) -> None:
    closed = Service(tmp_path, "lenet5", token=TOKEN)
    try:
        home = closed.address.split("#")[0]
        page = open_page(address=f"{home}#token={TOKEN}")
        assert TOKEN not in page.url
        press(page, "Write a 3 for me")
        expect(number(page)).to_have_text("3")
        page.reload()
        expect(page.locator("#model")).to_have_value("lenet5")

        stranger = open_page(address=home, expect_errors=True)
        expect(stranger.get_by_label("Token")).to_be_visible()
        stranger.get_by_label("Token").fill("wrong")
        press(stranger, "Enter")
        expect(stranger.get_by_label("Token")).to_be_visible()
        stranger.get_by_label("Token").fill(TOKEN)
        press(stranger, "Enter")
        press(stranger, "Write a 3 for me")
        expect(number(stranger)).to_have_text("3")
        expect(stranger.locator("#notice")).to_be_hidden()
    finally:
        closed.close()


# ------------------------------------------------------------------ every window and everyone


def test_a_finger_draws_on_a_phone(open_page: Open) -> None:
    page = open_page(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True,
        device_scale_factor=3,
    )  # fmt: skip
    sheet = page.locator(".ink").bounding_box()
    finger = page.context.new_cdp_session(page)
    high = 0.6 * sheet["height"]
    left = sheet["x"] + sheet["width"] / 2 - 0.35 * high
    for line in strokes(7, left, sheet["y"] + 0.2 * sheet["height"], high):
        for index, (x, y) in enumerate(line):
            kind = "touchMove" if index else "touchStart"
            finger.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(number(page)).to_have_text("7")
    expect(number(page)).to_be_in_viewport()
    assert page.evaluate("scrollY") == 0
    page.get_by_role("link", name="Look inside").click()
    expect(page.locator(".stream-answer")).to_contain_text("reads a 7")
    page.locator(".layer.convolution .marks").first.tap()
    expect(page.locator(".lens.busy")).to_be_in_viewport()


@pytest.mark.parametrize("width", [360, 600, 768, 1024, 1440, 3840])
def test_no_room_is_wider_than_its_window(open_page: Open, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    press(page, "Write a 5 for me")
    for room in ROOMS:
        page.evaluate("(room) => { location.hash = room; }", room)
        page.wait_for_selector(f"#room-{room}:not([hidden])")
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, room


def test_the_scheme_follows_the_system_until_one_is_chosen(open_page: Open) -> None:
    page = open_page(color_scheme="dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(colour) == "rgb(20, 23, 26)"
    press(page, "Switch to light colours")
    assert page.evaluate(colour) == "rgb(251, 250, 248)"
    page.reload()
    page.wait_for_selector(".pad")
    assert page.evaluate(colour) == "rgb(251, 250, 248)"
    press(page, "Switch to dark colours")
    assert page.evaluate(colour) == "rgb(20, 23, 26)"


@pytest.fixture(scope="module")
def axe(request: pytest.FixtureRequest) -> str:
    """The source of axe-core, fetched from npm once and kept in pytest's cache."""
    if shutil.which("npm") is None:
        pytest.skip("no npm to fetch axe-core: install it (Debian and Ubuntu: apt install npm)")
    assert request.config.cache is not None
    folder = request.config.cache.mkdir("axe")
    source = folder / "node_modules" / "axe-core" / "axe.min.js"
    version = folder / "version"
    if not source.exists() or not version.exists() or version.read_text() != AXE:
        words = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), AXE]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120)
        if done.returncode:
            pytest.skip(f"npm could not fetch {AXE}: {done.stderr.strip().splitlines()[-1:]}")
        version.write_text(AXE)
    return source.read_text("utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_on_the_page_shuts_anyone_out(
    open_page: Open, axe: str, scheme: str, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    press(page, "Write a 5 for me")
    expect(number(page)).to_have_text("5")
    page.evaluate(axe)
    for room in ROOMS:
        page.evaluate("(room) => { location.hash = room; }", room)
        page.wait_for_selector(f"#room-{room}:not([hidden])")
        if room == "picture":
            upload(page, FOLDER / "7-small.png")
            expect(number(page, "picture")).to_have_text("7")
        page.wait_for_timeout(700)
        found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        bad = [
            f"{room}: {each['id']}: {node['html'][:120]} {node['failureSummary']}"
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]
        assert not bad, "\n".join(bad)

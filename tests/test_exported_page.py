"""`lenet export --page`: the page as one file, opened from the disk."""

import base64
import json
import os
import re
import resource
import shutil
import threading
import zlib
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from browser import Open, draw, expect, in_powers, number, press, windows
from command import NO_COVERAGE, complaint, run_lenet
from lenet.metrics import mcnemar
from lenet.reader import DEFAULT_MODEL
from lenet.run import LAYER_FACTS, MISTAKES, Run
from lenet.server.exported_page import FIGURE_BYTES, page_of
from lenet.server.models import FIGURES, load_models
from services import run_of_classes

MB = 1_000_000
MARKUP = ["<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>", "<!--", "&amp;"]


def exported(*models: str | Path) -> str:
    return page_of(load_models(models))


@pytest.mark.parametrize(("model", "most"), [("lenet5", 1 * MB), (DEFAULT_MODEL, 2.5 * MB)])
def test_the_file_is_small_and_names_nothing_outside(model: str, most: float) -> None:
    page = exported(model)
    assert len(page.encode()) < most
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    assert "page/" not in page


def unpacked(page: str) -> str:
    """Return a page in which the weights are digests: not every zlib compresses alike."""

    def digest(weights: re.Match[str]) -> str:
        return sha256(zlib.decompress(base64.b64decode(weights[1]))).hexdigest()

    found, count = re.subn(r'"values":"([^"]+)"', digest, page)
    assert count == 10  # weights and bias of five layers
    return found


def test_the_page_in_docs_is_as_it_is_written_today() -> None:
    """If not: `make page`."""
    kept = Path(__file__).parents[1] / "docs" / "page.html"
    assert unpacked(kept.read_text("utf-8")) == unpacked(exported("lenet5"))


def test_each_test_digit_is_in_the_file_once() -> None:
    names = ("lenet5", DEFAULT_MODEL)
    page = exported(*names)
    stored = dict(
        re.findall(r'<script type="application/json" data-path="([^"]+)">(.*?)</script>', page)
    )
    packed = base64.b64decode(json.loads(stored["digits"]))
    pixels = b""
    place = 0
    while place < len(packed):
        run = packed[place] == 0
        pixels += bytes(packed[place + 1]) if run else packed[place : place + 1]
        place += 1 + run
    digits = [pixels[start : start + 784] for start in range(0, len(pixels), 784)]
    assert len(digits) == len(set(digits))
    used = set()
    for name in names:
        kept = json.loads(Run.find(name).read(MISTAKES))["mistakes"]
        shown = json.loads(stored[f"models/{name}/mistakes"])["mistakes"]
        for mistake, expected in zip(shown, kept, strict=True):
            assert digits[mistake["image"]] == base64.b64decode(expected["image"])
            used.add(mistake["image"])
    assert used == set(range(len(digits)))


def test_figures_that_fit_are_in_the_file_and_the_others_are_named(quick_run: Run) -> None:
    page = exported(quick_run.folder)
    stored = re.search(r'data-path="models/[^"]+/figures">(.*?)</script>', page)
    assert stored
    found = json.loads(stored[1])
    kept = [figure["name"] for figure in found["figures"]]
    assert sorted([*kept, *found["left_out"]]) == sorted(FIGURES)
    assert sum(len(figure["image"]) for figure in found["figures"]) <= FIGURE_BYTES
    assert kept
    for figure in found["figures"]:
        content = quick_run.read(f"figures/{figure['name']}.png")
        assert base64.b64decode(figure["image"]) == content
    assert len(page.encode()) < 1 * MB


def test_the_policy_allows_what_is_in_the_file_and_nothing_else() -> None:
    page = exported("lenet5")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    inline = re.findall(r"<(?:script|style)>(.*?)</(?:script|style)>", page, re.DOTALL)
    hashes = [base64.b64encode(sha256(text.encode()).digest()).decode() for text in inline]
    assert len(hashes) == 3
    assert sorted(re.findall(r"'sha256-([^']+)'", policy[1])) == sorted(hashes)
    assert "unsafe" not in policy[1]
    assert policy[1].startswith("default-src 'none'; ")


def test_names_of_classes_are_text_even_if_they_are_markup(tmp_path: Path) -> None:
    page = exported(run_of_classes(tmp_path / "odd", [*MARKUP, *"456789"]))
    for name in MARKUP[:3]:
        assert name not in page
    texts = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    (model,) = json.loads(texts[0])["models"]
    assert model["classes"][:4] == MARKUP


def test_test_images_of_several_models_are_stored_once() -> None:
    page = exported("lenet5", DEFAULT_MODEL)
    (images,) = re.findall(r'data-path="images/\w+">"([^"]+)"', page)
    assert page.count(images[:1000]) == 1


def test_the_command_writes_the_page_of_several_models(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    done = run_lenet("export", "lenet5", DEFAULT_MODEL, "--page", file, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said == {
        "page": str(file),
        "bytes": file.stat().st_size,
        "models": ["lenet5", DEFAULT_MODEL],
    }
    assert file.read_text("utf-8").startswith("<!doctype html>")


def test_several_runs_need_a_page() -> None:
    done = run_lenet("export", "lenet5", DEFAULT_MODEL)
    assert done.returncode == 2
    assert complaint(done) == (
        "found 2 runs: export one at a time, or write a page of them with --page"
    )


def test_a_run_without_layers_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    run = Run.open(Path(shutil.copytree(Run.find("lenet5").folder, tmp_path / "old")))
    (run.folder / LAYER_FACTS).unlink()
    run.finish("done")
    done = run_lenet("export", run.folder, "--page", tmp_path / "page.html")
    assert done.returncode == 5
    assert complaint(done) == (
        f"{run.folder} has no layers.json: export it again: `lenet export {run.folder}`"
    )
    assert not (tmp_path / "page.html").exists()


def test_a_finder_is_refused(tmp_path: Path) -> None:
    done = run_lenet("export", "finder", "--page", tmp_path / "page.html")
    assert done.returncode == 2
    assert "finder finds where digits stand and does not read them" in complaint(done)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text("old")

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    unmeasured = {**os.environ, **NO_COVERAGE}  # whose file would be too large too
    done = run_lenet("export", "lenet5", "--page", file, preexec_fn=little_room, env=unmeasured)
    assert done.returncode == 4
    assert complaint(done).startswith(f"cannot write {file}: File too large; free some space")
    assert file.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("exported") / "page.html"
    place.write_text(exported("lenet5", DEFAULT_MODEL), "utf-8")
    return place


@pytest.fixture
def open_file(chromium: Any, file: Path) -> Iterator[Open]:
    with windows(chromium, file.as_uri()) as opened:
        yield lambda room="draw", **how: opened(room, offline=True, **how)


@pytest.mark.browser
def test_a_drawn_digit_is_read_from_a_file_without_a_network(open_file: Open) -> None:
    page = open_file()
    expect(page.get_by_role("link", name="Picture")).to_have_count(0)
    expect(page.locator("#draw-title")).to_have_text("Draw a digit")
    for digit in (7, 3):
        draw(page, digit)
        expect(number(page)).to_have_text(str(digit))
        expect(page.locator("#draw-answer .badge")).to_have_text("digit")
        expect(page.locator("#draw-side .box")).to_have_count(1)
        press(page, "Clear")
    expect(number(page)).to_have_text("")
    expect(page.locator("#keeping")).to_contain_text("This page is a file.")


@pytest.mark.browser
def test_what_is_dropped_on_a_file_does_not_leave_it(open_file: Open) -> None:
    page = open_file()
    draw(page, 7)
    expect(number(page)).to_have_text("7")
    # The browser opens what is dropped, in place of the page, unless the page takes it.
    for kind, content in (("text/uri-list", "http://example.org"), ("file", "3.png")):
        stays = page.evaluate(
            """([kind, content]) => {
                 const data = new DataTransfer();
                 if (kind === "file") data.items.add(new File(["x"], content));
                 else data.setData(kind, content);
                 return ["dragover", "drop"].map((event) => !document.body.dispatchEvent(
                   new DragEvent(event, { bubbles: true, cancelable: true, dataTransfer: data })));
               }""",
            [kind, content],
        )
        assert stays == [True, True], kind
        expect(page.locator("#notice")).to_have_text(
            "This page is a file: it reads what you draw, and no pictures."
        )
        expect(page.locator("#room-draw")).to_be_visible()
        draw(page, 7)  # the next answer takes the notice away
        expect(page.locator("#notice")).to_be_hidden()
        press(page, "Clear")


@pytest.mark.browser
def test_two_models_are_compared_and_looked_into_from_a_file(open_file: Open) -> None:
    page = open_file("inside")
    expect(page.locator(".stream-answer")).to_contain_text("reads a 3")
    page.locator("#compare").select_option(DEFAULT_MODEL)
    expect(page.locator(".stream-answer")).to_have_count(2)
    for answer in page.locator(".stream-answer").all():
        expect(answer).to_contain_text("reads a 3")
    press(page, "Clear")
    draw(page, 0)
    for answer in page.locator(".stream-answer").all():
        expect(answer).to_contain_text("reads a 0")
    maps = page.locator(".layer").filter(has=page.get_by_text("C3", exact=True)).locator(".marks")
    maps.scroll_into_view_if_needed()
    maps.hover(position={"x": 4, "y": 4})
    expect(page.locator(".lens-title")).to_contain_text("C3 map 1 of 16")
    expect(page.locator(".lens .term")).to_have_count(6)
    for among in page.locator(".among").all():
        expect(among.locator(".nearest b")).to_have_text(["0"] * 5)
        expect(among.locator(".among-map text")).to_have_count(1000)


@pytest.mark.browser
def test_numbers_and_mistakes_are_in_the_file(open_file: Open) -> None:
    page = open_file("numbers")
    expect(page.locator(".score")).to_contain_text("97 errors in 10,000 test images")
    page.locator(".confusion .wrong button").first.click()
    page.locator(".mistakes button").first.click()
    expect(page.locator(".stream-answer")).to_contain_text("reads a")
    page.evaluate("location.hash = '#numbers'")
    expect(page.locator(".facts").first).to_contain_text("SHA-256 of the weights")


@pytest.mark.browser
def test_models_are_compared_in_the_file_as_in_the_service(open_file: Open) -> None:
    page = open_file("numbers")
    page.locator("#compare").select_option(DEFAULT_MODEL)
    expect(page.locator(".model .facts")).to_have_count(2)
    verdict = page.locator(".versus-tests .verdict")
    kept = [json.loads(Run.find(name).read(MISTAKES)) for name in ("lenet5", DEFAULT_MODEL)]
    ours, theirs = ({each["index"] for each in part["mistakes"]} for part in kept)
    every = np.array(sorted(ours | theirs))
    p = mcnemar(np.isin(every, [*ours]), np.isin(every, [*theirs]))
    expect(verdict).to_contain_text(f"McNemar's exact test, p = {in_powers(p)}")
    images = {each["index"]: each["image"] for part in kept for each in part["mistakes"]}
    # What is painted is the ink: the opacity of each pixel.
    painted = page.locator(".versus-tests canvas").first.evaluate(
        """(canvas) => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data]
             .filter((_, index) => index % 4 === 3)"""
    )
    assert base64.b64encode(bytes(painted)).decode() in images.values()
    expect(page.get_by_role("img", name=re.compile("Line chart"))).to_have_count(2)
    page.get_by_role("button", name="Measure the time in this browser").click()
    expect(page.locator(".standings tbody td:nth-of-type(3)").last).to_have_text(
        re.compile(r"^[\d.]+ ms$")
    )


@pytest.mark.browser
def test_markup_in_class_names_is_shown_as_text(chromium: Any, tmp_path: Path) -> None:
    place = tmp_path / "page.html"
    names = [*MARKUP, *MARKUP, *"89"]
    names = [f"{index}{name}" for index, name in enumerate(names)]
    place.write_text(exported(run_of_classes(tmp_path / "odd", names)), "utf-8")
    with windows(chromium, place.as_uri()) as opened:
        page = opened("draw", offline=True)
        page.on("dialog", lambda dialog: pytest.fail(f"a name was run: {dialog.message}"))
        draw(page, 3)
        expect(number(page)).to_have_text(f"3{MARKUP[3]}")
        page.evaluate("location.hash = '#inside'")
        expect(page.locator(".stream-answer")).to_contain_text(MARKUP[3])


@pytest.mark.browser
@pytest.mark.parametrize("sandbox", ["", ' sandbox="allow-scripts"'])
def test_the_file_works_in_a_frame_of_a_site(chromium: Any, file: Path, sandbox: str) -> None:
    """A sandbox without an origin refuses storage and the address."""
    frame = f'<iframe src="page.html" width="1000" height="700"{sandbox}></iframe>'
    (file.parent / "index.html").write_text(f"<!doctype html><title>Lesson</title>{frame}")
    handler = partial(SimpleHTTPRequestHandler, directory=file.parent)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        threading.Thread(target=site.serve_forever, daemon=True).start()
        page = chromium.new_page()
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        try:
            page.goto(f"http://127.0.0.1:{site.server_port}/index.html")
            inner = page.frame_locator("iframe")
            inner.get_by_role("button", name="Write a 5 for me").click()
            expect(inner.locator("#draw-answer .number")).to_have_text("5")
            inner.get_by_role("link", name="Look inside").click()
            expect(inner.locator(".stream-answer")).to_contain_text("reads a 5")
            page.wait_for_timeout(600)  # the address is written after a while
        finally:
            page.close()
            site.shutdown()
    assert not troubles

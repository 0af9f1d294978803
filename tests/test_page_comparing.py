"""Two models side by side in the page's Numbers, and all of them in a table."""

import csv
import io
import json
import re
import shutil
import subprocess
from pathlib import Path
from statistics import NormalDist
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from browser import Open, expect, in_powers
from lenet.comparison.tables import p_value
from lenet.metrics import mcnemar, wilson
from lenet.reader import DEFAULT_MODEL
from lenet.recipe import Recipe
from lenet.run import HISTORY, MISTAKES, Run

NODE = shutil.which("node")
PAGE = Path(__file__).parents[1] / "src" / "lenet" / "server" / "page"
BOTH = f"numbers?with={DEFAULT_MODEL}"
KINDS = ("held out", "training")


def wrong(name: str) -> dict[int, tuple[int, int]]:
    """Return truth and answer of each test image that a shipped model misreads, by its index."""
    kept = json.loads(Run.find(name).read(MISTAKES))["mistakes"]
    return {each["index"]: (each["truth"], each["answer"]) for each in kept}


def compare(open_page: Open, **how: Any) -> Any:
    """Open Numbers for both shipped models, and wait until all of it is there."""
    page = open_page("numbers", **how)
    page.locator("#compare").select_option(DEFAULT_MODEL)
    expect(page.locator(".model .facts")).to_have_count(2)
    return page


def saved(page: Any, group: str, form: str) -> Path:
    """Save a file from the part of the room that has a title."""
    part = page.locator(".part").filter(has=page.get_by_role("heading", name=group, exact=True))
    with page.expect_download() as download:
        part.get_by_role("button", name=f"Save {form}", exact=True).first.click()
    return Path(download.value.path())


@pytest.mark.skipif(NODE is None, reason="Node is not here")
def test_mcnemar_on_the_page_is_the_one_of_python() -> None:
    counts = [(a, b) for a in range(12) for b in range(12)]
    counts += [(78, 27), (500, 430), (2000, 1900), (3000, 3000), (0, 1200)]
    program = f"""
        import {{ mcnemar, pText }} from {json.dumps((PAGE / "mcnemar.js").as_uri())};
        const counts = {json.dumps(counts)};
        const values = counts.map(([a, b]) => mcnemar(a, b));
        console.log(JSON.stringify(values.map((p) => [p, pText(p)])));
    """
    assert NODE
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", program], capture_output=True, text=True, check=True
    )
    for (only_a, only_b), (p, text) in zip(counts, json.loads(done.stdout), strict=True):
        first = np.arange(only_a + only_b) < only_a
        expected = mcnemar(first, ~first)
        assert p == pytest.approx(expected, rel=1e-9, abs=1e-18), (only_a, only_b)
        if p >= 0.0001:
            assert text == p_value(expected, "= ")
        elif p >= 1e-15:
            found = re.fullmatch(r"= (\d\.\d)·10⁻([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
            assert found, text
            digits, power = found.groups()
            power = power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
            assert f"{expected:.1e}" == f"{digits}e-{power:0>2}"
        else:
            assert text == "< 10⁻¹⁵"


@pytest.mark.skipif(NODE is None, reason="Node is not here")
def test_interval_of_a_difference_is_of_images_one_more_each_way() -> None:
    cases = [(0, 0, 10), (3, 1, 20), (78, 27, 10_000), (0, 9, 9)]
    program = f"""
        import {{ differenceOf }} from {json.dumps((PAGE / "mcnemar.js").as_uri())};
        const cases = {json.dumps(cases)};
        console.log(JSON.stringify(cases.map(([a, b, n]) => differenceOf(a, b, n))));
    """
    assert NODE
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", program], capture_output=True, text=True, check=True
    )
    for (first, second, total), found in zip(cases, json.loads(done.stdout), strict=True):
        # Bonett and Price 2012, by its images: 1 only the first misreads, -1 only the second.
        images = np.zeros(total + 2)
        images[: first + 1], images[first + 1 : first + second + 2] = 1, -1
        reach = NormalDist().inv_cdf(0.975) * images.std() / np.sqrt(total + 2)
        assert found["low"] == pytest.approx(max(-1, images.mean() - reach))
        assert found["high"] == pytest.approx(min(1, images.mean() + reach))
        assert found["difference"] == (first - second) / total


@pytest.mark.browser
def test_galleries_show_what_both_misread_and_what_only_one_does(open_page: Open) -> None:
    ours, theirs = wrong("lenet5"), wrong(DEFAULT_MODEL)
    both, only_a, only_b = ours.keys() & theirs.keys(), ours.keys() - theirs, theirs.keys() - ours
    page = compare(open_page)
    page.wait_for_timeout(600)
    assert page.url.endswith(BOTH)
    titles = page.locator(".versus-tests h4")
    expect(titles).to_have_text(
        [
            f"Both misread {len(both)} images",
            f"Only lenet5 misreads {len(only_a)} images",
            f"Only {DEFAULT_MODEL} misreads {len(only_b)} images",
        ]
    )
    every = np.array(sorted(ours.keys() | theirs.keys()))
    p = mcnemar(np.isin(every, [*ours]), np.isin(every, [*theirs]))
    verdict = page.locator(".versus-tests .verdict")
    expect(verdict).to_contain_text(f"{DEFAULT_MODEL} is better than lenet5: of the")
    expect(verdict).to_contain_text(f"McNemar's exact test, p = {in_powers(p)}")
    told = page.locator(".versus-tests")
    apart, differ = len(only_a) - len(only_b), len(only_a) + len(only_b)  # of 10,000 images
    reach = NormalDist().inv_cdf(0.975) * (differ - apart**2 / 10_000) ** 0.5
    expect(told).to_contain_text(
        f"The error rate of lenet5 is {apart / 100:.2f} percentage points above that of "
        f"{DEFAULT_MODEL}, 95 % interval {(apart - reach) / 100:.2f} to {(apart + reach) / 100:.2f}"
    )
    images = [Run.find(name).manifest.data for name in ("lenet5", DEFAULT_MODEL)]
    expect(told).to_contain_text(f"lenet5 from {images[0]['train']:,} images")
    expect(told).to_contain_text(
        f"{DEFAULT_MODEL} from {images[1]['train'] + images[1]['nondigits']:,} images, of which "
        f"{images[1]['nondigits']:,} are things to refuse"
    )
    expect(told).to_contain_text("each trained once (seeds 0 and 0)")
    expect(verdict).to_contain_text(f"lenet5 misreads {len(only_a)} and")
    galleries = page.locator(".versus-tests section")
    galleries.nth(1).get_by_role("button", name=f"Show all {len(only_a)}").click()
    expect(galleries.nth(1).locator("li")).to_have_count(len(only_a))
    tile = re.compile(
        rf"(\d)\s+no\. (\d+)\s+lenet5: (\d)(, [> .\d]+ %)?.*?{DEFAULT_MODEL}: (\d)(, [> .\d]+ %)?",
        re.DOTALL,
    )
    for gallery, indices in enumerate((both, only_a, only_b)):
        for text in galleries.nth(gallery).locator("li").all_inner_texts():
            found = tile.match(text)
            assert found, text
            truth, index, first, share, second, other_share = found.groups()
            assert int(index) in indices
            truth = int(truth)
            assert ours.get(int(index), (truth, truth)) == (truth, int(first))
            assert theirs.get(int(index), (truth, truth)) == (truth, int(second))
            # Of a wrong answer a run keeps the probability, of a right one the page computes it.
            assert share
            assert other_share or gallery == 1
    rows = list(
        csv.reader(
            io.StringIO(
                saved(page, f"lenet5 and {DEFAULT_MODEL}, image by image", "CSV").read_text("utf-8")
            )
        )
    )
    assert rows[0] == [
        *("index", "truth", "lenet5", DEFAULT_MODEL),
        *("lenet5 probability", f"{DEFAULT_MODEL} probability"),
        *("lenet5 status", f"{DEFAULT_MODEL} status"),
    ]
    assert [int(row[0]) for row in rows[1:]] == every.tolist()
    assert all(0 < float(row[4]) < 1 for row in rows[1:])
    for index, truth, first, second in (map(int, row[:4]) for row in rows[1:]):
        assert ours.get(index, (truth, truth)) == (truth, first)
        assert theirs.get(index, (truth, truth)) == (truth, second)
    button = galleries.nth(2).locator("li button").first
    assert re.match(
        rf"An? \d, test image \d+ \(the first is 0\)\. lenet5 reads \d, .* {DEFAULT_MODEL} reads",
        button.get_attribute("title"),
    )
    button.click()
    expect(page.locator(".stream-answer")).to_have_count(2)


@pytest.mark.browser
def test_models_tested_on_other_images_are_not_compared(open_page: Open, quick_run: Run) -> None:
    own = quick_run.folder.name
    page = open_page("numbers")
    page.locator("#compare").select_option(own)
    expect(page.locator(".model .facts")).to_have_count(2)
    expect(
        page.get_by_text(
            f"They were not tested on the same images: lenet5 on mnist, {own} on uci-digits."
        )
    ).to_be_visible()
    expect(page.locator(".versus-tests")).to_have_count(0)
    expect(page.get_by_text("Not all were tested on the same images")).to_be_visible()


@pytest.mark.browser
def test_of_a_run_that_kept_too_little_the_page_says_so(open_page: Open) -> None:
    page = open_page("numbers")

    def older(route: Any) -> None:
        said = route.fetch().json()
        del said["wrong"]
        route.fulfill(json=said)

    page.route(f"**/v1/models/{DEFAULT_MODEL}/mistakes", older)
    page.locator("#compare").select_option(DEFAULT_MODEL)
    expect(
        page.get_by_text(f"{DEFAULT_MODEL} was made before runs kept which test images")
    ).to_be_visible()
    expect(page.locator(".versus-tests")).to_have_count(0)
    expect(page.locator(".mistakes li").first).to_be_visible()


@pytest.mark.browser
def test_images_that_no_run_kept_are_counted(open_page: Open) -> None:
    page = open_page("numbers")

    def fewer(route: Any) -> None:
        said = route.fetch().json()
        said["mistakes"] = said["mistakes"][:3]
        route.fulfill(json=said)

    page.route("**/v1/models/*/mistakes", fewer)
    page.locator("#compare").select_option(DEFAULT_MODEL)
    only = wrong(DEFAULT_MODEL).keys() - wrong("lenet5")
    gallery = page.locator(".versus-tests section").nth(2)
    expect(gallery.locator("h4")).to_have_text(f"Only {DEFAULT_MODEL} misreads {len(only)} images")
    lacking = len(only) - gallery.locator("li").count()
    expect(gallery).to_contain_text(f"{lacking} more are not shown")


@pytest.mark.browser
def test_the_table_of_models_is_sorted_with_keys(open_page: Open, quick_run: Run) -> None:
    page = open_page("numbers")
    table = page.get_by_role("table", name="Models")
    names = table.get_by_role("rowheader")
    expect(names).to_have_text(["lenet5", quick_run.folder.name, DEFAULT_MODEL])
    head = table.get_by_role("columnheader", name="errors", exact=True)
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    expect(table.locator("[aria-sort]")).to_have_count(1)
    errors = [int(each) for each in table.locator("tbody td:nth-of-type(4)").all_inner_texts()]
    assert errors == sorted(errors)
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    errors = [int(each) for each in table.locator("tbody td:nth-of-type(4)").all_inner_texts()]
    assert errors == sorted(errors, reverse=True)
    expect(head.get_by_role("button")).to_be_focused()
    row = table.get_by_role("row").filter(has=page.get_by_role("rowheader", name="lenet5"))
    expect(row.get_by_role("cell")).to_have_text(
        [
            "61,706",
            "416,520",
            "–",
            "97",
            "0.97 % (0.80–1.18)",
            re.compile(r"0\.\d\d %"),
            "10,000, mnist",
        ]
    )
    page.get_by_role("button", name="Measure the time in this browser").click()
    expect(row.get_by_role("cell").nth(2)).to_have_text(re.compile(r"^[\d.]+ ms$"))
    expect(page.locator("#spoken")).to_have_text("The times are measured.")
    rows = list(csv.DictReader(io.StringIO(saved(page, "Models", "CSV").read_text("utf-8"))))
    assert {row["model"]: int(row["parameters"]) for row in rows}["lenet5"] == 61_706
    for one in rows:
        least, median, most = (float(one[f"milliseconds_{n}"]) for n in ("least", "median", "most"))
        assert 0 < least <= median <= most
        assert re.fullmatch(r"\d+(\.\d{1,2})?", one["milliseconds_median"])
        assert one["timed_passes"] == "11"
        assert one["browser"].startswith("Chrome ")
        bounds = wilson(int(one["test_errors"]), int(one["test_images"]))
        assert [float(one["error_rate_low"]), float(one["error_rate_high"])] == pytest.approx(
            bounds, abs=1e-6
        )
        assert one["interval"] == "95 % Wilson score interval"
    expect(page.locator(".standings")).to_contain_text("the median of 11 passes after 3")
    assert [model["test_errors"] for model in json.loads(saved(page, "Models", "JSON").read_text())]


@pytest.mark.browser
def test_the_curves_of_two_runs_are_drawn_told_and_saved(open_page: Open) -> None:
    page = compare(open_page)
    chart = page.get_by_role("img", name=re.compile("Line chart of the error rate"))
    expect(chart).to_be_visible()
    told = chart.get_attribute("aria-label")
    for name in ("lenet5", DEFAULT_MODEL):
        epochs = [json.loads(line) for line in Run.find(name).read(HISTORY).splitlines()]
        last = 100 * epochs[-1]["validation_errors"] / epochs[-1]["validation_images"]
        assert f"to {last:.2f} % in {len(epochs)} epochs" in told
        shape = "circle" if name == "lenet5" else "path"
        expect(chart.locator(f"{shape}.point")).to_have_count(len(epochs))
    expect(chart.locator(".line")).to_have_count(4)
    drawn = ElementTree.fromstring(saved(page, "Learning curves", "SVG").read_text("utf-8"))
    strokes = {each.get("stroke") for each in drawn.iter("{http://www.w3.org/2000/svg}path")}
    assert len([stroke for stroke in strokes if stroke and stroke.startswith("rgb")]) >= 3
    words = {each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")}
    assert f"Learning curves: lenet5, {DEFAULT_MODEL}" in words
    legend = {f"{name}, {part}" for name in ("lenet5", DEFAULT_MODEL) for part in KINDS}
    assert legend <= words
    assert "Calibration: " in saved(page, "Calibration", "SVG").read_text("utf-8")
    picture = Image.open(saved(page, "Learning curves", "PNG"))
    assert picture.height > 2 * chart.bounding_box()["height"] + 100  # title and legend
    assert picture.width == round(2 * chart.bounding_box()["width"])
    assert len(picture.convert("RGB").getcolors(1 << 24) or []) > 20
    rows = list(
        csv.DictReader(io.StringIO(saved(page, "Learning curves", "CSV").read_text("utf-8")))
    )
    assert [row["epoch"] for row in rows] == [*map(str, range(1, 11)), *map(str, range(1, 13))]
    data = Run.find(DEFAULT_MODEL).manifest.data
    part = page.locator(".part").filter(has=page.get_by_role("heading", name="Learning curves"))
    expect(part).to_contain_text(
        f"of {data['train'] + data['nondigits']:,} images an epoch, {data['train']:,} of its "
        f"classes and {data['nondigits']:,} things to refuse; to read one of these is an error. "
        "All are distorted at random."
    )
    expect(part).to_contain_text("The two held out different images")
    page.get_by_text("As a table").first.click()
    expect(page.get_by_role("group", name="Learning curves").locator("tr")).to_have_count(23)


@pytest.mark.browser
def test_forced_colours_keep_the_two_lines_apart(open_page: Open) -> None:
    page = compare(open_page, forced_colors="active", color_scheme="dark")
    chart = page.get_by_role("img", name=re.compile("Line chart of the error rate"))
    expect(chart.locator(".line").first).to_be_attached()
    strokes = chart.locator(".line").evaluate_all(
        "(lines) => lines.map((line) => getComputedStyle(line).stroke)"
    )
    back = page.locator(".charted").first.evaluate(
        "(card) => getComputedStyle(card).backgroundColor"
    )
    assert len({*strokes, back}) == 3


@pytest.mark.browser
def test_the_figures_of_a_run_are_shown_where_it_has_them(open_page: Open, quick_run: Run) -> None:
    page = open_page("numbers")
    part = page.locator(".part").filter(
        has=page.get_by_role("heading", name="Figures of the report")
    )
    expect(page.locator(".facts")).to_be_visible()
    expect(part).to_have_count(0)
    page.locator("#model").select_option(quick_run.folder.name)
    part.get_by_text("Show the figures").click()
    figures = part.locator("figure")
    expect(figures).to_have_count(5)
    expect(figures.locator("figcaption").first).to_have_text("ROC curves")
    with page.expect_download() as download:
        figures.first.locator("a").click()
    assert download.value.suggested_filename == f"{quick_run.folder.name}-roc.png"
    assert Path(download.value.path()).read_bytes() == quick_run.read("figures/roc.png")


@pytest.mark.browser
def test_a_comparison_reflows_and_prints_without_buttons(open_page: Open) -> None:
    page = compare(open_page, viewport={"width": 320, "height": 640}, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    table = page.get_by_role("table", name="Models")
    assert table.evaluate("(table) => table.scrollWidth <= table.clientWidth")
    cell = table.get_by_role("cell").first
    label = cell.evaluate("(cell) => getComputedStyle(cell, '::before').content")
    assert label == '"parameters"'
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Save CSV").first).to_be_hidden()
    expect(page.get_by_role("button", name="Measure the time")).to_be_hidden()
    expect(page.locator(".versus-tests .mistakes li").first).to_be_visible()
    expect(page.locator(".chart").first).to_be_visible()
    # Paper is white, also where the screen is dark.
    digit = page.locator(".versus-tests canvas").first
    assert digit.evaluate("(canvas) => getComputedStyle(canvas).filter") == "none"
    ink = digit.evaluate("(canvas) => getComputedStyle(document.body).color")
    assert max(map(int, re.findall(r"\d+", ink)[:3])) < 100


@pytest.mark.browser
def test_how_two_models_were_made_stands_in_one_table(open_page: Open) -> None:
    page = compare(open_page)
    made = page.get_by_role("group", name="How they were made")
    seed = made.get_by_role("row").filter(has=page.get_by_role("rowheader", name="seed"))
    expect(seed.get_by_role("cell")).to_have_text(["0", "0"])
    for name, of in (("SHA-256 of the weights", "weights"), ("SHA-256 of the file", "")):
        row = made.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))
        runs = [Run.find(each).manifest for each in ("lenet5", DEFAULT_MODEL)]
        digests = [run.weights if of else run.files["model.onnx"] for run in runs]
        expect(row.get_by_role("cell")).to_have_text(digests)
    page.get_by_text("What these sources are").click()
    expect(page.locator(".side-by-side li")).to_contain_text(["mnist", *["–"] * 8])
    expect(page.locator(".side-by-side")).to_contain_text("drawn:100000 – 100,000 digits that")


@pytest.mark.browser
def test_the_parts_of_the_room_are_gone_to_by_name(open_page: Open) -> None:
    page = compare(open_page)
    contents = page.get_by_role("navigation", name="Parts of this room")
    both = f"lenet5 and {DEFAULT_MODEL}, image by image"
    expect(contents.get_by_role("button")).to_have_text(
        ["Models", "How they were made", both, "Learning curves", "Calibration", "lenet5",
         DEFAULT_MODEL, "Corrections"]
    )  # fmt: skip
    contents.get_by_role("button", name="Calibration").click()
    heading = page.get_by_role("heading", name="Calibration")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()


@pytest.mark.browser
def test_the_recipe_that_the_page_saves_is_the_one_of_the_run(open_page: Open) -> None:
    page = open_page("numbers")
    page.locator("#model").select_option(DEFAULT_MODEL)
    expect(page.locator(".facts")).to_contain_text("2,000 of the 10,000 test images")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save TOML").click()
    assert download.value.suggested_filename == f"{DEFAULT_MODEL}.toml"
    path = Path(download.value.path()).rename(Path(download.value.path()).with_suffix(".toml"))
    assert Recipe.load(path) == Run.find(DEFAULT_MODEL).recipe
    expect(page.locator(".facts")).to_contain_text("it was trained with lenet 0.1.0")

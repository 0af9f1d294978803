import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lenet import experiment
from lenet.evaluation import read_scores
from lenet.experiment.report import report_files
from lenet.inspection import Inspection
from lenet.recipe import Recipe
from lenet.run import Run

HOSTILE = "<img src=x onerror=alert(1)>"


class Page(HTMLParser):
    """What a browser finds on a page: tags with their attributes, and the words between them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.fixture(scope="module")
def page(quick_run: Run) -> Page:
    return Page(quick_run.read("report.html").decode())


def test_a_run_has_its_figures_and_its_page(quick_run: Run) -> None:
    names = set(quick_run.manifest.files)
    figures = [
        "curves",
        "confusion",
        "reliability",
        "roc",
        "mistakes",
        "robustness",
        "filters-C1",
        "layers-1",
    ]
    assert {"report.html", *(f"figures/{name}.png" for name in figures)} <= names
    for name in names:
        if name.endswith(".png"):
            with Image.open(quick_run.folder / name) as picture:
                assert min(picture.size) > 100
                assert len(picture.getcolors(1 << 24) or []) > 5, f"{name} is empty"


def test_the_page_stands_alone(quick_run: Run, page: Page) -> None:
    assert len(quick_run.read("report.html")) < 3_000_000
    assert not {"script", "link", "iframe", "object", "form"} & {tag for tag, _ in page.tags}
    for tag, attributes in page.tags:
        for name in ("src", "href"):
            place = attributes.get(name) or "#"
            assert place.startswith(("data:image/png;base64,", "#")), f"{tag} loads {place[:80]}"
    assert "url(" not in quick_run.read("report.html").decode()


def test_every_link_and_picture_of_the_page_leads_somewhere(page: Page) -> None:
    there = {attributes.get("id") for _, attributes in page.tags}
    links = [a["href"] for tag, a in page.tags if tag == "a"]
    assert len(links) >= 8
    assert all(link and link[1:] in there for link in links)
    pictures = [a for tag, a in page.tags if tag == "img"]
    assert len(pictures) >= 11
    assert all(picture["alt"] for picture in pictures)


def test_the_page_says_what_was_trained_how_well_and_how_to_repeat_it(
    quick_run: Run, page: Page
) -> None:
    words = " ".join(page.words.split())
    scores = read_scores(quick_run)["test"]
    assert f"{scores.errors} errors in {scores.total}" in words
    for name in Recipe.model_fields:
        assert name in words
    for condition in ("shifted 4 px", "rotated 30°", "noise", "blur", "low contrast", "inverted"):
        assert condition in words
    for version in quick_run.manifest.versions.values():
        assert version in words
    assert quick_run.manifest.weights in words
    assert "61,706 weights, 416,520 multiply-adds" in words
    assert "lenet train --recipe recipe.toml" in words


def test_a_run_without_a_report_has_everything_else(quick_recipe: Recipe, tmp_path: Path) -> None:
    recipe = quick_recipe.with_changes({"epochs": 1})
    run = experiment.train(recipe, runs=tmp_path, device="cpu", report=False)
    assert not (run.folder / "report.html").exists()
    assert not (run.folder / "figures").exists()
    assert {"model.onnx", "scores.json", "README.md"} <= set(run.manifest.files)


@pytest.fixture(scope="module")
def hostile_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run whose recipe and classes bear names that are markup; two of its classes are empty."""
    folder = tmp_path_factory.mktemp("hostile")
    chance = np.random.default_rng(0)
    for part, count in (("train", 30), ("test", 6)):
        for name, value in ((HOSTILE, 60), ("b & | c", 200)):
            (folder / part / name).mkdir(parents=True)
            for i in range(count):
                pixels = chance.integers(0, value, (28, 28), np.uint8)
                Image.fromarray(pixels).save(folder / part / name / f"{i}.png")
    recipe = Recipe.load("lenet5").with_changes(
        {"name": HOSTILE, "about": f"x | {HOSTILE} # y", "data": f"folder:{folder}?fit=squeeze"}
        | {"epochs": 1, "batch": 10, "validation": 0, "keep": "last"}
    )
    return experiment.train(recipe, runs=folder / "runs", device="cpu")


def test_what_a_person_named_is_never_markup(hostile_run: Run) -> None:
    page = Page(hostile_run.read("report.html").decode())
    assert page.words.count(HOSTILE) >= 3
    assert not [a for _, a in page.tags if "onerror" in a or a.get("src") == "x"]
    card = hostile_run.read("README.md").decode()
    assert "<img" not in card
    assert len(re.findall(r"^# ", card, re.M)) == 1


def test_a_run_of_few_images_and_nothing_held_out_has_a_report(hostile_run: Run) -> None:
    words = Page(hostile_run.read("report.html").decode()).words
    assert "held out" not in words.split("Recipe", 1)[0].split("Scores", 1)[1]
    assert "figures/curves.png" in hostile_run.manifest.files


def test_a_network_without_a_mistake_has_a_report(quick_run: Run) -> None:
    found = Inspection(quick_run)
    found.probabilities = np.eye(10)[found.test.labels]
    files = dict(report_files(found))
    words = Page(files["report.html"].decode()).words
    assert "read as" in words
    assert "but the truth is" not in words


def test_the_card_is_short_and_says_where_it_fails(quick_run: Run) -> None:
    card = quick_run.read("README.md").decode()
    assert len(card.splitlines()) < 50
    for part, scores in read_scores(quick_run).items():
        assert f"| {part} | {scores.summary()} |" in card
    shifted = Inspection(quick_run).robustness["shifted 4 px"]
    assert f"| shifted 4 px | {100 * shifted.error_rate:.1f} % |" in card

import json
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lenet
from lenet import datasets, experiment
from lenet.errors import ModelError, PictureError
from lenet.reader import Reader, Reading
from lenet.run import Run

PICTURES = sorted(
    Path(str(path))
    for path in resources.files("lenet").joinpath("pictures").iterdir()
    if path.name.endswith(".png")
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader("lenet5")


@pytest.mark.parametrize("picture", PICTURES, ids=[path.name for path in PICTURES])
def test_the_shipped_model_reads_the_pictures_of_the_demo(reader: Reader, picture: Path) -> None:
    reading = reader.read(picture)
    assert reading.text == picture.name[0]
    assert reading.digits[0].probability > 0.5


def test_a_picture_may_be_a_path_bytes_an_image_or_an_array(reader: Reader) -> None:
    path = PICTURES[0]
    image = Image.open(path).convert("RGB")
    expected = reader.read(path).digits
    for source in (str(path), path.read_bytes(), image, np.asarray(image)):
        assert reader.read(source).digits == expected


def test_a_reading_says_all_ten_probabilities_and_where_the_digit_is(reader: Reader) -> None:
    page = np.full((200, 300), 255, np.uint8)
    page[50:150, 100:110] = 0
    (digit,) = reader.read(page).digits
    assert len(digit.probabilities) == 10
    assert sum(digit.probabilities) == pytest.approx(1)
    assert digit.probability == max(digit.probabilities)
    x, y, width, height = digit.box
    assert abs(x - 100) <= 3
    assert abs(y - 50) <= 3
    assert abs(x + width - 110) <= 3
    assert abs(y + height - 150) <= 3


def test_a_reading_as_json_has_the_documented_form_and_keeps_seven_digits(reader: Reader) -> None:
    reading = reader.read(PICTURES[0])
    value = json.loads(json.dumps(reading.to_dict()))
    assert set(value) == {"picture", "status", "text", "digits", "rejected"}
    (digit,) = value["digits"]
    assert set(digit) == {"digit", "probability", "probabilities", "status", "box"}
    assert digit["probabilities"] == list(reading.digits[0].probabilities)


def test_a_blank_picture_is_blank(reader: Reader) -> None:
    reading = reader.read(np.full((100, 100), 128, np.uint8))
    assert reading == Reading("picture", "blank")
    assert str(reading) == ""


def test_pictures_that_cannot_be_read_do_not_stop_the_others(
    reader: Reader, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.png"
    bad.write_text("hello")
    good, wrong, again = reader.read_all([PICTURES[0], bad, PICTURES[1]])
    assert isinstance(wrong, PictureError)
    assert isinstance(good, Reading)
    assert isinstance(again, Reading)


def test_several_threads_get_the_same_answers_as_one(reader: Reader) -> None:
    alone = [reader.read(path) for path in PICTURES]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(reader.read, PICTURES * 10))
    assert together == alone * 10


def test_the_shipped_model_reads_mnist_as_well_as_its_card_says(mnist_dir: Path) -> None:
    test = datasets.load("mnist", mnist_dir).test
    run = Run.find("lenet5")
    scores = json.loads(run.read("scores.json"))["test"]
    expected = sum(map(sum, scores["confusion"])) - sum(
        row[i] for i, row in enumerate(scores["confusion"])
    )
    answers = Reader("lenet5").classifier.probabilities(test.images).argmax(1)
    assert int((answers != test.labels).sum()) == expected <= 110


def test_a_model_of_other_classes_cannot_read_pictures(
    tmp_path: Path, quick_recipe: lenet.Recipe
) -> None:
    rng = np.random.default_rng(0)
    for name in ("ant", "bee"):
        (tmp_path / "data" / name).mkdir(parents=True)
        for i in range(20):
            pixels = rng.integers(0, 255, (28, 28), np.uint8)
            Image.fromarray(pixels).save(tmp_path / "data" / name / f"{i}.png")
    recipe = quick_recipe.with_changes({"data": f"folder:{tmp_path}/data", "epochs": 1})
    run = experiment.train(recipe, runs=tmp_path / "runs", device="cpu", report=False)
    with pytest.raises(ModelError, match="tells 2 classes apart, not the digits 0 to 9"):
        Reader(run.folder)

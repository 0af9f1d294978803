"""Folders of pictures: what is read, how it becomes an image, and what a folder may look like."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from command import complaint, run_lenet
from drawn import few_epochs, learn, photo, save, shape
from lenet import datasets
from lenet.datasets import Dataset
from lenet.datasets.parts import load_parts
from lenet.errors import DataError, UsageError
from lenet.finder import Preparation, only_character, plain_character, shipped_finder
from lenet.reader import Reader
from lenet.run import Run

DIGITS = tuple("0123456789")
Images = NDArray[np.uint8]
SIZE = "the pictures have 28×28 pixels"


@pytest.fixture(scope="module")
def uci() -> Dataset:
    return datasets.load("uci-digits").train.subset(slice(80))


def fill(folder: Path, data: Dataset, kind: str = ".png", *, inverted: bool = False) -> Path:
    for number, (image, label) in enumerate(zip(data.images, data.labels, strict=True)):
        path = folder / data.classes[label] / f"{number:04}{kind}"
        save(255 - image if inverted else image, path)
    return folder


def of(splits: datasets.Splits) -> set[tuple[bytes, str]]:
    return {
        (image.tobytes(), part.classes[label])
        for part in (splits.train, splits.test)
        for image, label in zip(part.images, part.labels, strict=True)
    }


def load(folder: Path, options: str = "") -> datasets.Splits:
    return datasets.load(f"folder:{folder}{options}")


def error_of(folder: Path, options: str = "") -> str:
    with pytest.raises(DataError) as error:
        load(folder, options)
    assert "\n" not in str(error.value)
    return str(error.value)


# --- sizes


def test_the_smallest_and_the_largest_picture_are_told(tmp_path: Path, uci: Dataset) -> None:
    fill(tmp_path, uci)
    for name, size in {"wide": (30, 12), "huge": (1200, 900), "page": (40, 60)}.items():
        picture = Image.new("L", size, 255)
        picture.paste(0, (size[0] // 2, 2, size[0] // 2 + size[1] // 8, size[1] - 2))
        picture.save(tmp_path / "1" / f"{name}.png")
    assert load(tmp_path).notes[-1] == "the pictures have 30×12 to 1200×900 pixels"


# --- polarity


@pytest.mark.parametrize("inverted", [False, True])
def test_digit_images_come_back_bit_for_bit_in_either_polarity(
    tmp_path: Path, uci: Dataset, inverted: bool
) -> None:
    found = load(fill(tmp_path, uci, inverted=inverted))
    assert {image for image, _ in of(found)} == {image.tobytes() for image in uci.images}
    assert found.preparation == Preparation("ink", "dark" if inverted else "light")
    words = "dark on light" if inverted else "light on dark"
    assert found.notes == (f"80 small plain pictures are {words}", SIZE)


@pytest.mark.slow
def test_every_image_of_mnist_comes_back_bit_for_bit(tmp_path: Path, mnist_dir: Path) -> None:
    test = datasets.load("mnist", mnist_dir).test
    found = load(fill(tmp_path, test))
    assert {image for image, _ in of(found)} == {image.tobytes() for image in test.images}


def test_most_decide_the_polarity_and_the_others_are_named(tmp_path: Path, uci: Dataset) -> None:
    fill(tmp_path, uci, inverted=True)
    odd = save(uci.images[0], tmp_path / "0" / "odd.png")
    found = load(tmp_path)
    assert found.preparation == Preparation("ink", "dark")
    assert found.notes == (
        "1 of 81 small plain pictures look light on dark, but are taken for dark on light as the "
        f"others: {odd}; ?polarity=auto takes each as it looks",
        SIZE,
    )
    images = {image.tobytes() for image in uci.images}
    assert len({image for image, _ in of(found)} - images) == 1
    either = load(tmp_path, "?polarity=auto")
    assert {image for image, _ in of(either)} == images
    assert (either.preparation, either.notes) == (Preparation(), (SIZE,))


def test_a_polarity_that_is_said_is_taken(tmp_path: Path, uci: Dataset) -> None:
    fill(tmp_path, uci, inverted=True)
    assert load(tmp_path, "?polarity=dark").preparation == Preparation("ink", "dark")
    turned = load(tmp_path, "?polarity=light")
    assert turned.train.images.mean() > 100
    assert "80 of 80 small plain pictures look dark on light" in turned.notes[0]


def test_an_unknown_option_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        load(tmp_path, "?fit=crop")
    assert str(error.value) == (
        f"folder:{tmp_path}?fit=crop: no option 'fit=crop'; there are ?fit=ink, ?fit=squeeze, "
        "?polarity=dark, light or auto, and ?skip-broken, joined by &"
    )


# --- a file and its twin given to `predict`


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Path]:
    """A model of three letters, and the folder of photos, JPEGs and small PNGs it learnt."""
    folder = tmp_path_factory.mktemp("letters")
    for name in ("A", "E", "X"):
        for number in range(24):
            save(photo(name, number), folder / name / f"{number:02}.jpg")
        for number in range(24, 30):
            clean = np.where(photo(name, number, side=48) < 150, 0, 255).astype(np.uint8)
            save(clean, folder / name / f"{number:02}.png")
    return learn(f"folder:{folder}", folder.parent / "runs-of-letters"), folder


def shown(reader: Reader, path: Path) -> bytes:
    """What a reader's network sees of a picture of one thing."""
    reading = reader.read(path, single=True, all_formats=True)
    images = [each.image for each in reading.digits] + [each.image for each in reading.rejected]
    [image] = images
    assert image is not None
    return image.tobytes()


def test_a_file_becomes_the_same_image_in_training_and_in_use(letters: tuple[Run, Path]) -> None:
    run, folder = letters
    learnt = {image for image, _ in of(load(folder))}
    reader = Reader(run.folder)
    assert {shown(reader, path) for path in folder.rglob("*.*")} == learnt


def test_small_pictures_are_read_in_the_polarity_they_were_learnt(
    letters: tuple[Run, Path], tmp_path: Path
) -> None:
    run, folder = letters
    assert run.manifest.data["preparation"] == {"polarity": "dark"}
    reader = Reader(run.folder)
    assert reader.classifier.preparation == Preparation("ink", "dark")
    file = folder / "A" / "29.png"
    turned = save(255 - np.asarray(Image.open(file)), tmp_path / "turned.png")
    assert shown(reader, turned) != shown(reader, file)
    assert shown(Reader(run.folder, polarity="light"), turned) == shown(reader, file)
    assert shown(Reader(run.folder, polarity="auto"), turned) == shown(reader, file)
    with pytest.raises(UsageError, match="polarity is 'white': say auto, dark, light"):
        Reader(run.folder, polarity="white")  # type: ignore[arg-type]


def test_exporting_again_keeps_how_pictures_are_prepared(
    letters: tuple[Run, Path], tmp_path: Path
) -> None:
    from lenet.experiment.exporting import export

    run = Run.open(Path(shutil.copytree(letters[0].folder, tmp_path / "copy")))
    assert export(run.folder).written == []
    assert Reader(run.folder).classifier.preparation == Preparation("ink", "dark")


def test_letters_make_the_text_of_a_page(letters: tuple[Run, Path], tmp_path: Path) -> None:
    run, folder = letters
    for name in "AEX":
        done = run_lenet("predict", "--model", run.folder, folder / name / "00.jpg")
        assert done.stdout.split("  ")[0].endswith("00.jpg"), done.stderr
        assert f"  {name}  " in done.stdout
    line = np.hstack([photo(name, 3, side=60) for name in "EXA"])
    assert Reader(run.folder).read(line).text.replace(" ", "") == "EXA"


def test_classes_named_by_words_are_read_one_a_picture(tmp_path: Path) -> None:
    names = ("circle", "cross", "square")
    for name in names:
        for number in range(24):
            save(shape(name, number), tmp_path / "data" / name / f"{number}.png")
    run = learn(f"folder:{tmp_path}/data?fit=squeeze", tmp_path / "runs")
    assert run.manifest.data["preparation"] == {"fit": "squeeze", "polarity": "light"}
    reader = Reader(run.folder)
    read = [reader.read(shape(name, number)) for name in names for number in range(30, 34)]
    assert [len(reading.digits) for reading in read] == [1] * 12
    right = sum(each.text == name for each, name in zip(read, np.repeat(names, 4), strict=True))
    assert right >= 10
    assert read[0].to_dict()["digits"][0]["class"] in names
    large = np.asarray(Image.fromarray(shape("cross", 40)).resize((400, 300)))
    assert reader.read(large).digits[0].box == (0, 0, 400, 300)


def test_a_squeezed_grey_image_of_28_pixels_is_taken_as_it_is(tmp_path: Path, uci: Dataset) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (80, 28, 28), np.uint8)
    data = Dataset("n", noise, uci.labels, DIGITS)
    found = load(fill(tmp_path, data), "?fit=squeeze&polarity=light")
    assert {image for image, _ in of(found)} == {image.tobytes() for image in noise}


# --- formats and broken files


@pytest.mark.parametrize("kind", [".jpg", ".JPEG", ".webp", ".bmp", ".gif", ".tif", ".avif"])
def test_every_format_that_predict_reads_is_learnt(tmp_path: Path, kind: str) -> None:
    for name in "AX":
        for number in range(3):
            save(photo(name, number), tmp_path / name / f"{number}{kind}")
    found = load(tmp_path)
    assert (len(found.train) + len(found.test), found.train.classes) == (6, ("A", "X"))


def test_each_page_of_a_document_is_an_image(tmp_path: Path) -> None:
    for name in "AX":
        first, *others = (Image.fromarray(photo(name, number)) for number in range(3))
        (tmp_path / name).mkdir()
        first.save(tmp_path / name / "a.tif", save_all=True, append_images=others)
    found = load(tmp_path)
    assert len(found.train) + len(found.test) == 6


def spoil(folder: Path, count: int) -> list[Path]:
    broken = [folder / "0" / f"x{number:02}.jpg" for number in range(count)]
    for path in broken:
        path.write_bytes(b"\xff\xd8\xff")
    return broken


def test_broken_files_are_listed_at_once_or_left_out(tmp_path: Path, uci: Dataset) -> None:
    first, *_ = spoil(fill(tmp_path, uci), 12)
    text = error_of(tmp_path)
    assert text.startswith(
        f"folder:{tmp_path}: 12 of 92 pictures cannot be used: {first} is broken"
    )
    assert text.endswith(
        " and 2 more; repair or remove them, or go on without them: --skip-broken, or ?skip-broken "
        "behind the source"
    )
    assert text.count(" is broken") == 10
    found = load(tmp_path, "?skip-broken")
    assert len(found.train) + len(found.test) == 80
    assert found.notes[0].startswith("12 of 92 pictures are left out, they cannot be used: ")


def test_a_picture_that_shows_nothing_cannot_be_learnt(tmp_path: Path, uci: Dataset) -> None:
    blank = save(np.full((60, 60), 255, np.uint8), fill(tmp_path, uci) / "0" / "blank.png")
    assert error_of(tmp_path) == (
        f"folder:{tmp_path}: 1 of 81 pictures cannot be used: {blank} shows nothing; repair or "
        "remove them, or go on without them: --skip-broken, or ?skip-broken behind the source; "
        "?fit=squeeze is for pictures of no writing"
    )


def test_the_commands_go_on_without_broken_files(tmp_path: Path, uci: Dataset) -> None:
    spoil(fill(tmp_path / "data", uci), 1)
    source = f"folder:{tmp_path}/data"
    refused = run_lenet("data", "show", source)
    assert refused.returncode == DataError.exit_code
    assert "1 of 81 pictures cannot be used" in complaint(refused)
    done = run_lenet("data", "show", source, "--skip-broken")
    assert "1 of 81 pictures are left out" in done.stdout
    words = ("--recipe", "fast", "--set", "epochs=1", "--no-report", "--runs", tmp_path / "runs")
    done = run_lenet("train", "--data", source, "--skip-broken", *words)
    assert done.returncode == 0, done.stderr
    assert "1 of 81 pictures are left out" in done.stderr
    assert Run.open(tmp_path / "runs" / "fast-1").recipe.data == (f"{source}?skip-broken",)
    wrong = run_lenet("train", "--data", "uci-digits", "--skip-broken", *words)
    assert complaint(wrong) == (
        "--skip-broken is for pictures in folders and Parquet files, the data is uci-digits: "
        "leave it out"
    )


# --- what a folder may look like


def test_what_systems_leave_behind_and_empty_folders_are_no_classes(
    tmp_path: Path, uci: Dataset
) -> None:
    letters = Dataset("l", uci.images, uci.labels % 2, ("a", "b"))
    fill(tmp_path, letters)
    for name in ("__MACOSX", "__MACOSX/a", ".git", "empty"):
        (tmp_path / name).mkdir()
    for name in ("Thumbs.db", ".DS_Store", "a/Thumbs.db", "__MACOSX/a/._0001.png", "a/notes.txt"):
        (tmp_path / name).write_bytes(b"\0")
    found = load(tmp_path)
    assert found.train.classes == ("a", "b")
    assert len(found.train) + len(found.test) == 80
    assert "folders without pictures are no classes: empty" in found.notes


def test_ten_digits_stay_ten_where_some_have_no_pictures(tmp_path: Path, uci: Dataset) -> None:
    few = uci.subset(np.flatnonzero(uci.labels < 5))
    fill(tmp_path, few)
    for name in DIGITS:
        (tmp_path / name).mkdir(exist_ok=True)
    assert load(tmp_path).train.classes == DIGITS


@pytest.mark.parametrize(
    ("train", "test", "note"),
    [
        ("train", "test", ""),
        ("training", "testing", ""),
        ("Training Set", "test_set", ""),
        ("train", "val", "val is the test set"),
        ("train", "valid", "valid is the test set"),
        ("mnist_png/training", "mnist_png/testing", ""),
        ("trainingSet/trainingSet", "testSet/testSet", ""),
    ],
)
def test_folders_of_parts_are_understood(
    tmp_path: Path, uci: Dataset, train: str, test: str, note: str
) -> None:
    fill(tmp_path / train, uci.subset(slice(60)))
    fill(tmp_path / test, uci.subset(slice(60, 80)))
    found = load(tmp_path)
    assert (len(found.train), len(found.test)) == (60, 20)
    assert (note in found.notes) if note else len(found.notes) == 2
    assert found.train.classes == DIGITS


def test_a_third_part_is_not_used(tmp_path: Path, uci: Dataset) -> None:
    for name in ("train", "valid", "test"):
        fill(tmp_path / name, uci.subset(slice(60)))
    found = load(tmp_path)
    assert (len(found.train), len(found.test)) == (60, 60)
    assert found.notes[0] == "valid is not used"


def test_a_test_part_without_classes_is_not_used(tmp_path: Path, uci: Dataset) -> None:
    fill(tmp_path / "train", uci)
    save(uci.images[0], tmp_path / "test" / "1.png")
    found = load(tmp_path)
    assert len(found.train) + len(found.test) == 80
    assert found.notes[0] == (
        "only train holds a folder of pictures per class: the others are not used"
    )


def test_a_folder_around_the_classes_is_looked_into(tmp_path: Path, uci: Dataset) -> None:
    fill(tmp_path / "digits", uci)
    assert of(load(tmp_path)) == of(load(tmp_path / "digits"))


def test_pictures_deeper_in_a_class_belong_to_it(tmp_path: Path, uci: Dataset) -> None:
    fill(tmp_path, uci)
    (tmp_path / "0" / "writer 1").mkdir()
    for path in sorted((tmp_path / "0").glob("*.png"))[:3]:
        path.rename(path.parent / "writer 1" / path.name)
    assert len(of(load(tmp_path))) == 80


@pytest.mark.parametrize(
    "names",
    [
        [f"0{digit}" for digit in DIGITS],
        ["Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"],
    ],
)
def test_ten_digits_written_otherwise_are_digits(
    tmp_path: Path, uci: Dataset, names: list[str]
) -> None:
    fill(tmp_path / "other", Dataset("n", uci.images, uci.labels, tuple(names)))
    fill(tmp_path / "digits", uci)
    found = load(tmp_path / "other")
    assert found.train.classes == DIGITS
    assert of(found) == of(load(tmp_path / "digits"))
    assert found.notes[0] == f"classes {', '.join(sorted(names))} are the ten digits"


def test_one_class_is_shown_but_cannot_be_learnt(tmp_path: Path, uci: Dataset) -> None:
    fill(tmp_path, Dataset("one", uci.images, np.zeros(80, np.int64), ("a",)))
    assert load(tmp_path).train.classes == ("a",)
    with pytest.raises(DataError) as error:
        load_parts(few_epochs(f"folder:{tmp_path}"))
    assert str(error.value) == (
        f"folder:{tmp_path} holds one class only, 'a': a network learns to tell classes apart; "
        "bring images of at least two"
    )


def test_classes_of_few_images_are_named(tmp_path: Path, uci: Dataset) -> None:
    labels = np.where(np.arange(80) < 2, 1, 0)
    fill(tmp_path, Dataset("few", uci.images, labels, ("many", "two")))
    assert load(tmp_path).notes[-1] == (
        "one class has fewer than 3 images, too few to train and to test on: two"
    )


def many_classes(folder: Path, image: Images) -> None:
    for number in range(5_001):
        save(image, folder / str(number) / "a.png")


def alike(folder: Path, image: Images) -> None:
    save(image, folder / "Apple" / "a.png")
    save(image, folder / "apple" / "a.png")


def untrained(folder: Path, image: Images) -> None:
    for place in ("train/a", "train/b", "test/a", "test/c"):
        save(image, folder / place / "a.png")


def without_nines(folder: Path, image: Images) -> None:
    for digit in DIGITS:
        save(image, folder / "test" / digit / "a.png")
        if digit != "9":
            save(image, folder / "train" / digit / "a.png")


def of_other_classes(folder: Path, image: Images) -> None:
    for place in ("train/a", "train/b", "test/c", "test/d"):
        save(image, folder / place / "a.png")


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (many_classes, "holds 5,001 classes, the most is 5,000"),
        (alike, "holds the classes 'Apple' and 'apple', which differ only in case"),
        (untrained, "holds test images of classes that training lacks: c; bring training"),
        (without_nines, "holds test images of classes that training lacks: 9; bring training"),
        (of_other_classes, "holds test images of classes that training lacks: c, d; bring train"),
    ],
)
def test_classes_that_cannot_be_learnt_are_refused(
    tmp_path: Path, uci: Dataset, make: Callable[[Path, Images], None], text: str
) -> None:
    make(tmp_path, uci.images[0])
    assert text in error_of(tmp_path)


def test_sources_that_are_prepared_in_two_ways_are_not_joined(tmp_path: Path, uci: Dataset) -> None:
    first, second = f"folder:{fill(tmp_path / 'a', uci)}", f"folder:{fill(tmp_path / 'b', uci)}"
    with pytest.raises(DataError, match="become images in two ways, fit=ink and fit=squeeze"):
        datasets.load_all([first, f"{second}?fit=squeeze"])
    turned = f"folder:{fill(tmp_path / 'c', uci, inverted=True)}"
    assert datasets.load_all([first, second]).preparation == Preparation("ink", "light")
    assert datasets.load_all([first, turned]).preparation == Preparation()
    assert datasets.load_all([first, "uci-digits"]).preparation == Preparation("ink", "light")


@pytest.mark.parametrize("character", ["A", "E", "X", "M", "K"])
def test_letters_are_cut_out_whole_of_photos(character: str) -> None:
    differences = []
    for number in (0, 5, 7):
        page = photo(character, number, side=60)
        clean = plain_character(rgb(np.where(page < 150, 0, 255).astype(np.uint8)))
        assert clean is not None
        found = only_character(rgb(page), shipped_finder).image
        differences.append(np.abs(found.astype(float) - clean.image).mean())
    assert np.median(differences) < 25


def rgb(grey: Images) -> Images:
    return np.dstack([grey] * 3)

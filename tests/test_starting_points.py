"""Every starting point in docs/data.md: from a file as people have it to a picture that is read."""

import io
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy.io import savemat
from typer.testing import CliRunner

from drawn import photo, save, shape
from lenet import datasets
from lenet.cli.program import app

PAGE = Path(__file__).parent.parent / "docs" / "data.md"
ROW = r"^\| (.+) \| `(lenet train .+)` \| `(lenet predict .+)` \|$"
ROWS = re.findall(ROW, PAGE.read_text("utf-8"), re.MULTILINE)
LETTERS = "AEX"
SIGNS = {"plus": "+", "times": "×", "hash": "#"}
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
# Small data needs more steps than MNIST.
MORE = ("--set", "epochs=15", "--set", "batch=16", "--set", "validation=0", "--no-report")

Images = NDArray[np.uint8]
Digits = tuple[Images, NDArray[np.int64]]


@pytest.fixture(scope="module")
def digits() -> Digits:
    """Real digits, light on dark."""
    train = datasets.load("uci-digits").train
    return train.images[:300], train.labels[:300]


def a_seven(digits: Digits) -> Images:
    images, labels = digits
    return np.asarray(images[labels == 7][0])


def seven_on_a_page(digits: Digits) -> Images:
    large = Image.fromarray(255 - a_seven(digits)).resize((140, 140), Image.Resampling.BICUBIC)
    return np.asarray(large)


def kaggle(digits: Digits) -> str:
    rows = [
        ",".join(map(str, [label, *image.ravel()])) for image, label in zip(*digits, strict=True)
    ]
    heading = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    Path("train.csv").write_text("\n".join([heading, *rows]) + "\n")
    save(seven_on_a_page(digits), Path("seven.png"))
    return "7"


def keras(digits: Digits) -> str:
    images, labels = digits
    np.savez_compressed(
        "mnist.npz",
        x_train=images[:250],
        y_train=labels[:250],
        x_test=images[250:],
        y_test=labels[250:],
    )
    save(seven_on_a_page(digits), Path("seven.png"))
    return "7"


def emnist(digits: Digits) -> str:
    """EMNIST's letters: rows are columns, labels count from 1, the mapping names them."""
    images, labels = digits
    kept = labels < 3
    parts: dict[str, Any] = {
        name: {
            "images": images[kept][own].transpose(0, 2, 1).reshape(-1, 784),
            "labels": (labels[kept][own] + 1).astype(float)[:, None],
            "writers": np.zeros((1, 1), np.uint16),
        }
        for name, own in (("train", slice(60)), ("test", slice(60, None)))
    }
    parts["mapping"] = np.array([[i, 64 + i, 96 + i] for i in range(1, 27)])
    savemat("emnist-letters.mat", {"dataset": parts})
    save(images[labels == 1][0], Path("letter.png"))
    return "B"


def idx(digits: Digits) -> str:
    from test_datasets import pack

    images, labels = digits
    Path("files").mkdir()
    for part, own in (("train", slice(250)), ("t10k", slice(250, None))):
        Path(f"files/{part}-images-idx3-ubyte").write_bytes(pack(images[own]))
        Path(f"files/{part}-labels-idx1-ubyte").write_bytes(pack(labels[own]))
    save(seven_on_a_page(digits), Path("seven.png"))
    return "7"


def mnist_png(digits: Digits) -> str:
    for number, (image, label) in enumerate(zip(*digits, strict=True)):
        part = "training" if number < 250 else "testing"
        save(image, Path(f"mnist_png/{part}/{label}/{number}.png"))
    save(a_seven(digits), Path("seven.png"))
    return "7"


def mnist_jpeg(digits: Digits) -> str:
    for number, (image, label) in enumerate(zip(*digits, strict=True)):
        save(image, Path(f"archive/trainingSet/trainingSet/{label}/img_{number}.jpg"))
    save(a_seven(digits), Path("archive/testSet/testSet/img_1.jpg"))
    save(a_seven(digits), Path("seven.jpg"))
    return "7"


def scans(digits: Digits) -> str:
    for number, (image, label) in enumerate(zip(*digits, strict=True)):
        save(255 - image, Path(f"scans/{label}/{number}.png"))
    save(255 - a_seven(digits), Path("scan.png"))
    return "7"


def letters(digits: Digits) -> str:
    for name in LETTERS:
        for number in range(12):
            save(photo(name, number), Path(f"letters/{name}/IMG_{number}.JPG"))
    save(photo("X", 21), Path("letter.jpg"))
    return "X"


def sudoku(digits: Digits) -> str:
    for name in "123456789":
        for number in range(6):
            save(photo(name, number), Path(f"sudoku/{name}/{number}.png"))
    save(photo("4", 3), Path("cell.png"))
    return "4"


def named_digits(digits: Digits) -> str:
    for digit, name in enumerate(WORDS):
        for number in range(6):
            save(photo(str(digit), number), Path(f"photos/{name}/{number}.png"))
    save(photo("6", 3), Path("photo.png"))
    return "6"


def pages(digits: Digits) -> str:
    for name in LETTERS:
        first, *others = (Image.fromarray(photo(name, number)) for number in range(12))
        Path(f"pages/{name}").mkdir(parents=True)
        first.save(f"pages/{name}/scan.tif", save_all=True, append_images=others)
    save(photo("E", 4), Path("page.tif"))
    return "E"


def signs(digits: Digits) -> str:
    for name, sign in SIGNS.items():
        for number in range(12):
            save(photo(sign, number), Path(f"signs/{name}/{number}.png"))
    save(photo("#", 4), Path("sign.png"))
    return "hash"


def things(digits: Digits) -> str:
    for name in ("circle", "cross", "square"):
        for number in range(12):
            save(255 - shape(name, number), Path(f"things/{name}/{number}.png"))
    save(255 - shape("cross", 21), Path("thing.png"))
    return "cross"


def export(digits: Digits) -> str:
    for part, first in (("train", 0), ("valid", 12), ("test", 16)):
        for name in LETTERS:
            for number in range(first, 12 + first // 3):
                save(photo(name, number), Path(f"export/{part}/{name}/{number}.jpg"))
    Path("export/train/A/0.jpg").write_bytes(b"\xff\xd8\xff")
    save(photo("X", 3), Path("letter.jpg"))
    return "X"


def hugging_face(digits: Digits) -> str:
    for part, first in (("train", 0), ("test", 12)):
        rows = [(name, number) for name in range(3) for number in range(first, 12 + first // 3)]
        pictures = []
        for name, number in rows:
            file = io.BytesIO()
            Image.fromarray(photo(LETTERS[name], number)).save(file, "JPEG")
            pictures.append({"bytes": file.getvalue(), "path": f"{number}.jpg"})
        features = '{"info": {"features": {"label": {"names": ["A", "E", "X"]}}}}'
        table = pa.table({"image": pictures, "label": [name for name, _ in rows]})
        Path("data").mkdir(exist_ok=True)
        pq.write_table(
            table.replace_schema_metadata({"huggingface": features}),
            f"data/{part}-00000-of-00001.parquet",
        )
    save(photo("A", 4), Path("letter.jpg"))
    return "A"


MAKERS: tuple[Callable[[Digits], str], ...] = (
    *(kaggle, keras, emnist, idx, mnist_png, mnist_jpeg, scans, letters),
    *(sudoku, named_digits, pages, signs, things, export, hugging_face),
)


def lenet(command: str, *more: str) -> str:
    """Run a command of the page; return what it prints to stdout."""
    _, *words = shlex.split(command)
    done = CliRunner().invoke(app, [*words, *more], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.parametrize("number", range(len(MAKERS)), ids=[make.__name__ for make in MAKERS])
def test_two_commands_lead_from_a_file_to_a_picture_that_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, digits: Digits, number: int
) -> None:
    monkeypatch.chdir(tmp_path)
    expected = MAKERS[number](digits)
    _, train, predict = ROWS[number]
    lenet(train, *MORE)
    _, text, *_ = re.split(r"\s{2,}", lenet(predict).strip())
    assert text == expected


def test_the_page_has_15_starting_points() -> None:
    assert len(ROWS) == len(MAKERS) == 15

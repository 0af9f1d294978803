"""NumPy's .npz files of images and labels."""

import io
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from array_files import EXPECTED, Arrays, error_of, few_digits, load, same
from lenet import datasets
from lenet.datasets.dataset import carve_test
from lenet.errors import DataError


@pytest.fixture(scope="module")
def uci() -> datasets.Splits:
    return few_digits()


def keras(uci: datasets.Splits) -> Arrays:
    """The arrays of Keras' mnist.npz."""
    return {
        "x_train": uci.train.images,
        "y_train": uci.train.labels.astype(np.uint8),
        "x_test": uci.test.images,
        "y_test": uci.test.labels.astype(np.uint8),
    }


# --- .npz: which arrays, of which shapes -------------------------------------------------------


def test_keras_file_gives_the_digits_it_was_written_from(
    tmp_path: Path, uci: datasets.Splits
) -> None:
    found = load(tmp_path / "mnist.npz", keras(uci))
    assert same(found, uci)
    assert found.train.name == f"npz:{tmp_path}/mnist.npz"
    assert found.notes == ()
    assert same(datasets.load(f"npz:{tmp_path}/mnist.npz"), found)


def test_an_npz_written_from_mnist_gives_exactly_mnists_arrays(
    tmp_path: Path, mnist_dir: Path
) -> None:
    mnist = datasets.load("mnist", mnist_dir, download=False)
    np.savez(tmp_path / "mnist.npz", **keras(mnist))  # type: ignore[arg-type]
    assert same(datasets.load(f"npz:{tmp_path}/mnist.npz"), mnist)


@pytest.mark.parametrize(
    ("names", "note"),
    [
        (("X", "y"), "X are images and y their labels"),
        (("images", "labels"), "images are images and labels their labels"),
        (("data", "target"), "data are images and target their labels"),
        (("X_train", "y_train"), "X_train are images and y_train their labels"),
        (("trainImages", "trainLabels"), "trainImages are images and trainLabels their labels"),
        (("arr_0", "arr_1"), "arr_0 are images and arr_1 their labels"),
        (("arr_1", "arr_0"), "arr_1 are images and arr_0 their labels"),
    ],
)
def test_arrays_are_known_by_other_names_and_that_is_said(
    tmp_path: Path, uci: datasets.Splits, names: tuple[str, str], note: str
) -> None:
    images, labels = names
    content: Arrays = {images: uci.train.images, labels: uci.train.labels}
    found = load(tmp_path / "a.npz", dict(sorted(content.items())))
    assert same(found, carve_test(uci.train))
    assert found.notes == (note,)


def test_validation_images_are_left_out_and_that_is_said(
    tmp_path: Path, uci: datasets.Splits
) -> None:
    content: Arrays = {}
    for part in ("train", "val", "test"):
        content[f"{part}_images"] = uci.test.images
        content[f"{part}_labels"] = uci.test.labels[:, None]
    found = load(tmp_path / "medmnist.npz", content)
    assert found.notes[:3] == (
        "train_images are images and train_labels their labels",
        "test_images are images and test_labels their labels",
        "val_images and val_labels are not used",
    )
    assert found.train.digest == uci.test.digest


@pytest.mark.parametrize(
    "change",
    [
        lambda images: images.reshape(-1, 784),
        lambda images: images[..., None],
        lambda images: images[:, None],
        lambda images: images.astype(np.int64),
        lambda images: images.astype(np.float32),
        lambda images: images / 255,
        lambda images: (images / 255).astype(np.float32),
        lambda images: np.asfortranarray(images),
        lambda images: images.astype(">i2"),
    ],
)
def test_shapes_and_types_of_images_give_the_same_digits(
    tmp_path: Path, uci: datasets.Splits, change: Callable[[Any], NDArray[Any]]
) -> None:
    content = {
        name: change(array) if name.startswith("x") else array for name, array in keras(uci).items()
    }
    found = load(tmp_path / "a.npz", content)
    assert same(found, uci)
    scaled = content["x_train"].max() == 1
    assert found.notes == (("pixels of 0 to 1 were multiplied by 255",) if scaled else ())


def test_images_of_bool_are_ink_where_true(tmp_path: Path, uci: datasets.Splits) -> None:
    found = load(tmp_path / "a.npz", {"x": uci.train.images > 99, "y": uci.train.labels})
    assert set(found.train.images.ravel().tolist()) == {0, 255}


@pytest.mark.parametrize(
    "change",
    [
        lambda labels: labels[:, None],
        lambda labels: labels.astype(np.float32),
        lambda labels: labels.astype(np.str_),
        lambda labels: labels.astype(np.bytes_),
        lambda labels: np.eye(10)[labels],
        lambda labels: np.eye(10, dtype=bool)[labels],
    ],
)
def test_labels_of_other_types_and_one_hot_are_the_same(
    tmp_path: Path, uci: datasets.Splits, change: Callable[[Any], NDArray[Any]]
) -> None:
    content = keras(uci)
    content |= {name: change(content[name]) for name in ("y_train", "y_test")}
    assert same(load(tmp_path / "a.npz", content), uci)


def test_one_hot_labels_keep_classes_that_no_image_has(tmp_path: Path) -> None:
    images = np.zeros((20, 28, 28), np.uint8)
    found = load(tmp_path / "a.npz", {"x": images, "y": np.eye(12)[np.arange(20) % 2]})
    assert found.train.classes == tuple(map(str, range(12)))


# --- .npz: what is wrong with bad ones ---------------------------------------------------------

LEVELS = "; pixels are of 0 to 255, or all of 0 to 1"


def put(name: str, array: Any) -> Callable[[Arrays], Arrays]:
    return lambda content: {**content, name: np.asarray(array)}


def set_pixel(value: float) -> Callable[[Arrays], Arrays]:
    def change(content: Arrays) -> Arrays:
        images = content["x_test"].astype(float)
        images[3, 4, 5] = value
        return {**content, "x_test": images}

    return change


def drop(*names: str) -> Callable[[Arrays], Arrays]:
    return lambda content: {name: array for name, array in content.items() if name not in names}


RAGGED = np.array([np.zeros((28, 28)), np.zeros((20, 20))], object)


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (set_pixel(np.nan), f"pixel [4, 5] of x_test[3] is nan, which is no number{LEVELS}"),
        (set_pixel(-3), f"pixel [4, 5] of x_test[3] is -3, which is negative{LEVELS}"),
        (set_pixel(256), f"pixel [4, 5] of x_test[3] is 256, which is greater than 255{LEVELS}"),
        (lambda content: {**content, "x_test": np.full((40, 28, 28), 0.25)},
         "pixel [0, 0] of x_test[0] is 0.25, which is a fraction, but others are greater than 1"
         f"{LEVELS}"),
        (lambda content: {**content, "x_train": content["x_train"] / 255}, None),
        (put("x_train", RAGGED), "x_train holds Python objects (of unequal shapes, perhaps), which "
         "could run code and are never read; save arrays of numbers or text"),
        (put("x_train", np.zeros((60, 32, 32), np.uint8)), "x_train is uint8 (60, 32, 32), "
         "expected numbers of shape (n, 28, 28), (n, 784) or (n, 28, 28, 1); scale other pictures "
         "to 28×28, in grey"),
        (put("x_train", np.zeros((60, 28, 28), complex)), "x_train is complex128 (60, 28, 28), "
         "expected numbers of shape (n, 28, 28), (n, 784) or (n, 28, 28, 1); scale other pictures "
         "to 28×28, in grey"),
        (put("y_train", np.arange(59)), "x_train holds 60 images but y_train 59 labels; bring the "
         "two that belong together"),
        (put("y_test", [np.nan, *range(39)]), "y_test holds no label for 1 of 40 images, first for "
         "image 0; remove them"),
        (put("y_test", ["7", "", "nan", *"1234567"]), "y_test holds no label for 2 of 10 images, "
         "first for image 1; remove them"),
        (put("y_test", np.full(40, -1)), "y_test holds the label -1; remove the images that have "
         "no label"),
        (put("y_test", np.full(40, 2.5)), "y_test holds the label 2.5, a fraction; labels are "
         "whole numbers or names"),
        (put("y_test", np.full((40, 10), 0.1)), "y_test is (40, 10), but not one-hot, a 1 in each "
         "row and the rest 0; give one label for each image"),
        (put("y_test", np.zeros((40, 2, 2), int)), "y_test is (40, 2, 2), expected labels (n,) or "
         "one-hot rows (n, k)"),
        (put("y_test", np.zeros(40, "M8[s]")), "y_test holds datetime64[s], expected whole numbers "
         "or text as labels"),
        (put("y_test", np.arange(40) + 5), "holds test images of classes that training lacks: 10, "
         "11, 12, 13, 14 …; bring training images of them, or remove them"),
        (put("y_test", np.eye(10)[np.arange(40) % 10]), "holds one-hot labels in one part only; "
         "write both parts in one way"),
        (put("images_train", np.zeros((60, 28, 28))), "holds x_train and images_train, either of "
         "which may be the train images; keep one of them"),
        (lambda content: {**content, "X": content["x_test"], "labels": content["y_test"]},
         "holds X and labels, and x_train and y_train; keep one pair to train on"),
        (drop("y_test"), f"holds x_test but no labels of them{EXPECTED}"),
        (drop("y_train", "y_test"), f"holds x_train (60, 28, 28), x_test (40, 28, 28){EXPECTED}"),
        (drop("x_train", "x_test", "y_test"), f"holds y_train (60,){EXPECTED}"),
        (lambda content: {}, f"holds no arrays{EXPECTED}"),
        (lambda content: {"x": np.zeros((0, 784)), "y": np.zeros(0)}, "holds no images; give a "
         "source with at least one"),
        (lambda content: {"x": np.eye(784), "y": np.arange(784)}, "holds only pixels of 0 and 1; "
         "multiply them by 255 if 1 is ink"),
    ],
)  # fmt: skip
def test_the_error_for_bad_arrays_names_them(
    tmp_path: Path, uci: datasets.Splits, spoil: Callable[[Arrays], Arrays], text: str | None
) -> None:
    found = error_of(tmp_path / "a.npz", spoil(keras(uci)))
    if text is None:  # one part of 0 to 1 and the other of 0 to 255
        assert re.fullmatch(
            r"pixel .* of x_test\[0\] is .* is greater than 1, but others .*", found
        )
    else:
        assert found == text


def npy(shape: str, descr: str = "'|u1'", content: bytes = b"") -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + content


def npz(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return buffer.getvalue()


LABEL = npy("(2,)", content=bytes(2))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"hello", "is no .npz file or damaged (File is not a zip file); bring it again"),
        (npz(x=b"hello there"), "is no .npz file or damaged (the magic string is not correct; "
         r"expected b'\x93NUMPY', got b'hello '); bring it again"),
        (npy("(2, 784)"), "holds one array and no labels; save both with numpy.savez"),
        (npz(x=npy("(10**9, 784)"), y=LABEL), "is no .npz file or damaged"),
        (npz(x=npy("(1000000000, 784)"), y=LABEL), "x needs 784,000,000,000 bytes of memory, the "
         "most is 4,294,967,296; save it as uint8, or a part of it"),
        (npz(x=npy("(2, 784)", content=bytes(784)), y=LABEL), "x holds 784 bytes where its header "
         "says 1,568; bring it again"),
        (npz(x=npy("(-2, 784)"), y=LABEL), "x holds 0 bytes where its header says -1,568; bring it "
         "again"),
        (npz(x=npy("(2, 784)", "'|O'", b"cos\nsystem\n(S'true'\ntR."), y=LABEL), "x holds Python "
         "objects (of unequal shapes, perhaps), which could run code and are never read; save "
         "arrays of numbers or text"),
    ],
)  # fmt: skip
def test_the_error_for_a_damaged_npz_names_its_fault(
    tmp_path: Path, content: bytes, text: str
) -> None:
    assert error_of(tmp_path / "a.npz", content).startswith(text)


def test_a_missing_file_of_arrays_is_named(tmp_path: Path) -> None:
    for kind in ("npz", "mat"):
        with pytest.raises(DataError, match=rf"^cannot read {tmp_path}/a: No such file .*; check"):
            datasets.load(f"{kind}:{tmp_path}/a")

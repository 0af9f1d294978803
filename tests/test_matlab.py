"""MATLAB's files of images and labels."""

import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.io import savemat

from array_files import EXPECTED, Arrays, error_of, few_digits, load, same
from lenet import datasets
from lenet.datasets import matlab
from lenet.datasets.dataset import DIGITS, carve_test
from lenet.errors import DataError
from lenet.finder import prepare, shipped_finder


@pytest.fixture(scope="module")
def uci() -> datasets.Splits:
    return few_digits()


def emnist(uci: datasets.Splits, mapping: NDArray[Any] | None = None) -> Arrays:
    """EMNIST's struct: images row by row, but of columns; labels from the mapping."""
    first = 0 if mapping is None else int(mapping[0, 0])
    parts: dict[str, Any] = {
        name: {
            "images": part.images.transpose(0, 2, 1).reshape(-1, 784),
            "labels": (part.labels + first).astype(float)[:, None],
            "writers": np.zeros((len(part), 1), np.uint16),
        }
        for name, part in (("train", uci.train), ("test", uci.test))
    }
    parts["mapping"] = np.array([[i, 48 + i] for i in range(10)]) if mapping is None else mapping
    return {"dataset": parts}  # type: ignore[dict-item]


def test_emnists_images_are_put_upright(tmp_path: Path, uci: datasets.Splits) -> None:
    found = load(tmp_path / "emnist-digits.mat", emnist(uci))
    assert same(found, uci)
    assert found.train.classes == DIGITS
    assert found.train.name == f"mat:{tmp_path}/emnist-digits.mat"
    assert same(datasets.load(f"mat:{tmp_path}/emnist-digits.mat"), found)


def test_emnists_mapping_names_the_classes(tmp_path: Path, uci: datasets.Splits) -> None:
    letters = np.array([[i, 64 + i, 96 + i] for i in range(1, 27)])
    found = load(tmp_path / "emnist-letters.mat", emnist(uci, letters))
    assert found.train.classes == tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert np.array_equal(found.test.labels, uci.test.labels)
    assert np.array_equal(found.test.images, uci.test.images)
    assert error_of(tmp_path / "a.mat", emnist(uci, letters[:5])) == (
        "holds the label 6, but its mapping names only 1 to 5; bring the original file"
    )


def test_a_file_that_is_nearly_emnists_is_refused(tmp_path: Path, uci: datasets.Splits) -> None:
    content: Any = emnist(uci)
    content["dataset"]["test"]["images"] = np.zeros((40, 1024), np.uint8)
    assert error_of(tmp_path / "a.mat", content) == (
        "holds images that are uint8 (40, 1024), expected uint8 (40, 784); bring the original file"
    )


def test_svhns_pictures_become_grey_and_its_10_becomes_0(tmp_path: Path) -> None:
    colours = np.random.default_rng(0).integers(0, 256, (32, 32, 3, 30), np.uint8)
    labels = np.arange(30)[:, None] % 10 + 1
    found = load(tmp_path / "train_32x32.mat", {"X": colours, "y": labels.astype(np.uint8)})
    assert found.train.classes == DIGITS
    assert found.notes == ("pictures in colour were made grey, 28×28",)
    grey = cv2.cvtColor(np.ascontiguousarray(colours[..., 9]), cv2.COLOR_RGB2GRAY)
    expected = cv2.resize(grey, (28, 28), interpolation=cv2.INTER_AREA)
    assert found.preparation is not None
    picture = np.ascontiguousarray(colours[..., 9])
    assert np.array_equal(prepare(picture, found.preparation, shipped_finder).image, expected)
    assert any(
        np.array_equal(image, expected) and label == 0
        for part in (found.train, found.test)
        for image, label in zip(part.images, part.labels, strict=True)
    )
    assert error_of(tmp_path / "a.mat", {"X": colours, "y": labels[1:]}) == (
        "X holds 30 images but y 29 labels; bring the two that belong together"
    )
    assert error_of(tmp_path / "a.mat", {"X": colours / 255, "y": labels}) == (
        "X is float64 (32, 32, 3, 30), expected uint8 (32, 32, 3, n) of at most 2,000,000 images; "
        "bring the original file"
    )


@pytest.mark.parametrize(
    "turn",
    [
        lambda images: images,
        lambda images: images.transpose(1, 2, 0),
        lambda images: images.reshape(-1, 784),
        lambda images: images.reshape(-1, 784).T,
    ],
)
def test_other_matlab_arrays_are_known_by_their_names(
    tmp_path: Path, uci: datasets.Splits, turn: Callable[[Any], NDArray[Any]]
) -> None:
    content = {"data": turn(uci.train.images), "label": uci.train.labels[None].astype(float)}
    found = load(tmp_path / "mnist-original.mat", content)
    assert same(found, carve_test(uci.train))
    assert found.notes == ("data are images and label their labels",)


def test_a_matlab_file_without_such_arrays_says_what_it_holds(tmp_path: Path) -> None:
    assert error_of(tmp_path / "a.mat", {"A": np.eye(3), "text": np.array(["x"])}) == (
        f"holds A (3, 3){EXPECTED}"
    )
    struct_of_others: Any = {"dataset": {"train": np.eye(3)}}
    assert error_of(tmp_path / "a.mat", struct_of_others) == (
        "holds a struct dataset unlike EMNIST's, of train and test, each with images and labels, "
        "and mapping (no field of name mapping); bring the original file"
    )


HDF5 = b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(512) + b"\x89HDF\r\n\x1a\n"


@pytest.mark.parametrize("content", [HDF5, HDF5[512:], HDF5.replace(b"7.3", b"x.x")])
def test_matlab_7_3_files_say_how_to_convert_them(tmp_path: Path, content: bytes) -> None:
    assert error_of(tmp_path / "digits.mat", content) == (
        "is a MATLAB 7.3 file (HDF5), which is not read; convert it in MATLAB: "
        "load('digits.mat'); save('digits-v7.mat', '-v7')"
    )


def test_a_damaged_matlab_file_is_named(tmp_path: Path, uci: datasets.Splits) -> None:
    savemat(tmp_path / "a.mat", emnist(uci), do_compression=True)
    whole = (tmp_path / "a.mat").read_bytes()
    for content in (b"", b"hello", whole[:200], whole[:-900], b"\0" * 300):
        text = error_of(tmp_path / "a.mat", content)
        assert text.startswith(("is no MATLAB file or damaged (", "holds no arrays; name"))


def test_a_matlab_file_that_unpacks_without_end_is_refused(
    tmp_path: Path, uci: datasets.Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matlab, "MOST_BYTES", 10**6)
    bomb = zlib.compress(bytes(10**7))
    header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\1IM"
    content = header + struct.pack("<II", 15, len(bomb)) + bomb
    assert error_of(tmp_path / "a.mat", content) == (
        "unpacks to more than 1,000,000 bytes; save a part of it"
    )
    assert same(load(tmp_path / "b.mat", emnist(uci)), uci)


def test_without_scipy_a_matlab_file_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    savemat(tmp_path / "a.mat", {"x": np.eye(3)})
    monkeypatch.setitem(sys.modules, "scipy.io", None)
    with pytest.raises(DataError) as error:
        datasets.load(f"mat:{tmp_path}/a.mat")
    assert str(error.value) == (
        "mat:FILE is read with SciPy, which is not installed: pip install 'lenet[train]'"
    )

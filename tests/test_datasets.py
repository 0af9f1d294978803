"""Sources of data, what is wrong with bad ones, and how data is parted."""

import gzip
import hashlib
import re
import struct
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lenet import datasets
from lenet.datasets import Dataset, Source, carve, join
from lenet.datasets.dataset import repeat_small
from lenet.datasets.idx import DamagedError, unpack
from lenet.errors import DataError, UsageError

DIGITS = tuple("0123456789")


@pytest.fixture(scope="session")
def mnist(mnist_dir: Path) -> datasets.Splits:
    return datasets.load("mnist", mnist_dir, download=False)


@pytest.fixture(scope="session")
def uci() -> datasets.Splits:
    return datasets.load("uci-digits")


def test_mnist_has_its_published_counts_and_mean(mnist: datasets.Splits) -> None:
    assert (mnist.train.images.shape, mnist.test.images.shape) == ((60000, 28, 28), (10000, 28, 28))
    assert mnist.train.images.dtype == np.uint8
    assert mnist.train.labels.dtype == np.int64
    assert mnist.train.classes == DIGITS
    assert mnist.train.labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    # Class counts and mean ink as published wherever MNIST is described.
    assert np.bincount(mnist.train.labels).tolist() == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949
    ]  # fmt: skip
    assert mnist.train.images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)


def test_mnist_loads_in_well_under_a_second(mnist_dir: Path) -> None:
    begin = time.process_time()
    datasets.load("mnist", mnist_dir, download=False)
    assert time.process_time() - begin < 0.9


def test_torch_takes_the_arrays_without_a_copy_or_a_warning(mnist: datasets.Splits) -> None:
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        images = torch.from_numpy(mnist.test.images)
    assert images.data_ptr() == mnist.test.images.ctypes.data


def test_the_embedded_digits_look_like_those_of_mnist(
    uci: datasets.Splits, mnist: datasets.Splits
) -> None:
    images = np.concatenate([uci.train.images, uci.test.images])
    assert len(images) == 1797
    assert images.mean() == pytest.approx(mnist.train.images.mean(), rel=0.15)
    assert (images.max((1, 2)) > 200).mean() > 0.99
    rows, columns = np.arange(28) @ images.sum(2).T, np.arange(28) @ images.sum(1).T
    mass = images.sum((1, 2))
    assert np.abs(rows / mass - 13.5).max() < 1.2, "centred by mass"
    assert np.abs(columns / mass - 13.5).max() < 1.2
    heights = (images.max(2) > 0).sum(1)
    widths = (images.max(1) > 0).sum(1)
    assert np.maximum(heights, widths).max() <= 20
    assert np.median(heights) >= 19


def test_the_embedded_digits_are_always_split_the_same_and_evenly(uci: datasets.Splits) -> None:
    again = datasets.load("uci-digits")
    assert (len(uci.train), len(uci.test)) == (1438, 359)
    assert uci.test.digest == again.test.digest
    share = np.bincount(uci.test.labels) / (
        np.bincount(uci.test.labels) + np.bincount(uci.train.labels)
    )
    assert share == pytest.approx(0.2, abs=0.005)


def test_a_network_trained_on_mnist_reads_most_embedded_digits(
    uci: datasets.Splits, mnist: datasets.Splits
) -> None:
    from sklearn.neighbors import KNeighborsClassifier

    nearest = KNeighborsClassifier(3).fit(
        mnist.train.images[:6000].reshape(-1, 784) / 255.0, mnist.train.labels[:6000]
    )
    assert nearest.score(uci.test.images.reshape(-1, 784) / 255.0, uci.test.labels) > 0.7


def test_without_scikit_learn_the_embedded_digits_say_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(DataError, match=r"not installed: pip install 'lenet\[train\]'$"):
        datasets.load("uci-digits")


# --- IDX files ---------------------------------------------------------------------------------


def pack(array: NDArray[Any]) -> bytes:
    array = array.astype(np.uint8)
    return struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape) + array.tobytes()


def put(
    folder: Path, uci: datasets.Splits, prefix: str = "", test: str = "t10k", end: str = ".gz"
) -> Path:
    """Write the embedded digits as the four files of an IDX set."""
    folder.mkdir(exist_ok=True)
    for part, data in (("train", uci.train), (test, uci.test)):
        for kind, array in (("images-idx3", data.images), ("labels-idx1", data.labels)):
            content = pack(array)
            path = folder / f"{prefix}{part}-{kind}-ubyte{end}"
            path.write_bytes(gzip.compress(content, 1) if end else content)
    return folder


@pytest.fixture
def idx_dir(tmp_path: Path, uci: datasets.Splits) -> Path:
    return put(tmp_path / "set", uci)


@pytest.mark.parametrize("end", ["", ".gz"])
@pytest.mark.parametrize(("prefix", "test"), [("", "t10k"), ("emnist-digits-", "test")])
def test_idx_files_are_found_under_the_names_of_mnist_and_of_emnist(
    tmp_path: Path, uci: datasets.Splits, prefix: str, test: str, end: str
) -> None:
    found = datasets.load(f"idx:{put(tmp_path / 'set', uci, prefix, test, end)}")
    assert np.array_equal(found.train.images, uci.train.images)
    assert np.array_equal(found.test.labels, uci.test.labels)
    assert found.train.classes == DIGITS
    assert found.train.images.flags.writeable


def test_transpose_swaps_rows_and_columns(idx_dir: Path, uci: datasets.Splits) -> None:
    found = datasets.load(f"idx:{idx_dir}?transpose")
    assert np.array_equal(found.test.images[7], uci.test.images[7].T)
    with pytest.raises(UsageError, match=r"no option 'mirror'; there is: \?transpose"):
        datasets.load(f"idx:{idx_dir}?mirror")


def test_one_of_several_idx_sets_in_a_folder_can_be_named(
    tmp_path: Path, uci: datasets.Splits
) -> None:
    folder = put(tmp_path / "gzip", uci, "emnist-digits-", "test")
    put(folder, uci, "emnist-mnist-", "test")
    with pytest.raises(DataError) as error:
        datasets.load(f"idx:{folder}")
    assert str(error.value) == (
        f"{folder} holds several sets (emnist-digits, emnist-mnist); name one, "
        f"as idx:{folder}/emnist-digits"
    )
    assert len(datasets.load(f"idx:{folder}/emnist-mnist?transpose").test) == 359


def test_idx_files_that_test_a_class_never_trained_on_are_refused(
    tmp_path: Path, uci: datasets.Splits
) -> None:
    train = uci.train.subset(np.flatnonzero(uci.train.labels != 7))
    folder = put(tmp_path / "set", datasets.Splits(train, uci.test), "", "t10k", ".gz")
    with pytest.raises(DataError, match="holds test images of classes that training lacks: 7; br"):
        datasets.load(f"idx:{folder}")


def test_classes_txt_names_the_classes(idx_dir: Path) -> None:
    (idx_dir / "classes.txt").write_text("T-shirt\nTrouser\na\nb\nc\nd\ne\nf\ng\nAnkle boot\n")
    assert datasets.load(f"idx:{idx_dir}").test.classes[::9] == ("T-shirt", "Ankle boot")
    (idx_dir / "classes.txt").write_text("a\nb\n")
    with pytest.raises(DataError, match=r"classes.txt names 2 classes but label 9 is out of that"):
        datasets.load(f"idx:{idx_dir}")
    (idx_dir / "classes.txt").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match=r"classes.txt is not UTF-8 text; write one class name"):
        datasets.load(f"idx:{idx_dir}")


def test_labels_that_count_from_1_keep_their_names(tmp_path: Path, uci: datasets.Splits) -> None:
    train, test = (
        Dataset("letters", data.images, data.labels + 1, (*DIGITS, "10"))
        for data in (uci.train, uci.test)
    )
    letters = datasets.Splits(train, test)
    folder = put(tmp_path / "letters", letters)
    found = datasets.load(f"idx:{folder}")
    assert found.train.classes == ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10")
    assert np.array_equal(found.train.labels, uci.train.labels)
    (folder / "classes.txt").write_text("\n".join("abcdefghij"))
    found = datasets.load(f"idx:{folder}")
    assert found.train.classes == tuple("abcdefghij")
    assert np.array_equal(found.train.labels, uci.train.labels)
    (folder / "classes.txt").write_text("\n".join("-abcdefghij"))
    found = datasets.load(f"idx:{folder}")
    assert np.array_equal(found.train.labels, letters.train.labels)


TRAIN_IMAGES = "train-images-idx3-ubyte.gz"
TRAIN_LABELS = "train-labels-idx1-ubyte.gz"
BLANK = np.zeros((1438, 28, 28))


@pytest.mark.parametrize(
    ("name", "spoil", "text"),
    [
        (
            TRAIN_IMAGES,
            lambda old: gzip.compress(b"\x89PNG" + bytes(100)),
            "is not an IDX image file: its magic number is 0x89504e47, expected 0x803; bring the",
        ),
        (
            TRAIN_LABELS,
            lambda old: gzip.compress(pack(BLANK)),
            "is not an IDX label file: its magic number is 0x803, expected 0x801; bring the",
        ),
        (TRAIN_IMAGES, lambda old: b"", "its magic number is 0x0, expected 0x803"),
        (TRAIN_IMAGES, lambda old: pack(BLANK)[:9], "is not an IDX image file"),
        (TRAIN_IMAGES, lambda old: old[:-500], "is a truncated gzip file; download it again"),
        (TRAIN_IMAGES, lambda old: old[:5], "is a truncated gzip file; download it again"),
        (
            TRAIN_IMAGES,
            lambda old: old[:-8] + bytes(8),
            "is a damaged gzip file; download it again",
        ),
        (
            TRAIN_IMAGES,
            lambda old: gzip.compress(pack(BLANK)[:-1]),
            "holds 1,127,407 bytes where its header says 1,127,408; download it again",
        ),
        (
            TRAIN_IMAGES,
            lambda old: pack(BLANK) + b"\0",
            "holds more than the 1,127,408 bytes expected; bring the original file",
        ),
        (TRAIN_IMAGES, lambda old: pack(BLANK[:0]), "holds no images; bring another file"),
        (TRAIN_LABELS, lambda old: pack(np.zeros(0)), "holds no labels; bring another file"),
        (
            TRAIN_IMAGES,
            lambda old: pack(np.zeros((1438, 32, 32))),
            "holds images of 32×32, expected 28×28; scale them first",
        ),
        (
            TRAIN_IMAGES,
            lambda old: struct.pack(">4I", 0x803, 2**32 - 1, 28, 28),
            "claims 3,367,254,359,280 bytes of data, the most is 2,147,483,648",
        ),
        (
            TRAIN_LABELS,
            lambda old: pack(np.zeros(1437)),
            f"holds 1,438 images but {TRAIN_LABELS} 1,437 labels; bring the two that belong",
        ),
    ],
)
def test_the_error_for_a_bad_idx_file_names_it_and_its_fault(
    idx_dir: Path, name: str, spoil: Callable[[bytes], bytes], text: str
) -> None:
    path = idx_dir / name
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(DataError) as error:
        datasets.load(f"idx:{idx_dir}")
    named = idx_dir / TRAIN_IMAGES if "images but" in text else path
    assert str(error.value).startswith(f"{named} ")
    assert text in str(error.value)
    assert "\n" not in str(error.value)


def test_a_gzip_bomb_is_unpacked_no_further_than_the_expected_size() -> None:
    bomb = gzip.compress(bytes(100_000_000))
    tracemalloc.start()
    with pytest.raises(DamagedError, match="holds more than the 10,000 bytes expected"):
        unpack(bomb, 10_000)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_a_missing_or_incomplete_idx_folder_says_what_it_needs(
    tmp_path: Path, idx_dir: Path
) -> None:
    with pytest.raises(DataError, match=rf"no folder {tmp_path}/nowhere; give one that holds IDX"):
        datasets.load(f"idx:{tmp_path}/nowhere")
    with pytest.raises(DataError, match=r"no IDX files in .*; their names are like train-images"):
        datasets.load(f"idx:{tmp_path}")
    (idx_dir / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError, match=r"no test labels in .*/set; a set needs all four files"):
        datasets.load(f"idx:{idx_dir}")


def test_the_error_for_an_unreadable_file_names_it(
    monkeypatch: pytest.MonkeyPatch, idx_dir: Path
) -> None:
    def denied(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(DataError) as error:
        datasets.load(f"idx:{idx_dir}")
    assert str(error.value) == (
        f"cannot read {idx_dir / TRAIN_IMAGES}: Permission denied; check that the file may be read"
    )


# --- folders of pictures -----------------------------------------------------------------------


def fill(folder: Path, data: Dataset, count: int = 50) -> None:
    for number, (image, label) in enumerate(zip(data.images[:count], data.labels, strict=False)):
        place = folder / data.classes[label]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(place / f"{number:04}.png")


def test_digit_images_in_a_folder_are_used_unchanged(tmp_path: Path, uci: datasets.Splits) -> None:
    fill(tmp_path / "train", uci.train)
    fill(tmp_path / "test", uci.test, 20)
    found = datasets.load(f"folder:{tmp_path}")
    assert (len(found.train), len(found.test)) == (50, 20)
    assert found.train.classes == found.test.classes == DIGITS
    order = np.argsort(uci.train.labels[:50], kind="stable")
    assert np.array_equal(found.train.images, uci.train.images[order])
    assert np.array_equal(found.train.labels, uci.train.labels[order])


def test_a_folder_without_train_and_test_is_always_split_the_same(
    tmp_path: Path, uci: datasets.Splits
) -> None:
    fill(tmp_path, uci.train)
    first, again = (datasets.load(f"folder:{tmp_path}") for _ in range(2))
    assert (len(first.train), len(first.test)) == (40, 10)
    assert first.test.digest == again.test.digest


def test_classes_of_numbers_are_sorted_as_numbers(tmp_path: Path, uci: datasets.Splits) -> None:
    fill(
        tmp_path, Dataset("n", uci.train.images[:6], np.arange(6), ("10", "9", "2", "1", "0", "3"))
    )
    assert datasets.load(f"folder:{tmp_path}").train.classes == ("0", "1", "2", "3", "9", "10")
    (tmp_path / "0").rename(tmp_path / "zero")
    assert datasets.load(f"folder:{tmp_path}").train.classes == ("1", "10", "2", "3", "9", "zero")


def test_in_other_pictures_in_a_folder_the_digit_is_found_and_scaled(
    tmp_path: Path, uci: datasets.Splits
) -> None:
    fill(tmp_path, uci.train)
    digit = Image.fromarray(255 - uci.train.images[0]).resize((280, 280), Image.Resampling.BICUBIC)
    for name in ("train", "test"):
        (tmp_path / "large" / name / "3").mkdir(parents=True)
        digit.convert("RGB").save(tmp_path / "large" / name / "3" / "a.PNG")
    found = datasets.load(f"folder:{tmp_path}/large").train.images[0]
    # Black on white and ten times the size, yet the same, but for a pixel's step aside.
    differences = [
        np.abs(found.astype(float) - np.roll(uci.train.images[0], (dy, dx), (0, 1))).mean()
        for dy in (-1, 0, 1)
        for dx in (-1, 0, 1)
    ]
    assert min(differences) < 10


def test_the_error_for_a_bad_folder_or_picture_names_it(
    tmp_path: Path, uci: datasets.Splits
) -> None:
    with pytest.raises(DataError, match=rf"^no folder {tmp_path}/none; give one that holds a fol"):
        datasets.load(f"folder:{tmp_path}/none")
    with pytest.raises(DataError, match=rf"^no class folders in {tmp_path}; it needs one folder"):
        datasets.load(f"folder:{tmp_path}")
    (tmp_path / "0").mkdir()
    with pytest.raises(DataError, match=rf"^no pictures in the class folders of {tmp_path}: 0; "):
        datasets.load(f"folder:{tmp_path}")
    fill(tmp_path, uci.train)
    bad = tmp_path / "0" / "bad.png"
    bad.write_bytes(b"<html>not found</html>")
    with pytest.raises(DataError, match=re.escape(str(bad))):
        datasets.load(f"folder:{tmp_path}")
    Image.new("RGB", (60, 60), "white").save(bad)
    with pytest.raises(DataError, match=f"pictures cannot be used: {bad} shows nothing; repair"):
        datasets.load(f"folder:{tmp_path}")


# --- sources, joined and parted ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("mnits", "no dataset 'mnits': did you mean mnist or qmnist?"),
        ("idx:", "no dataset 'idx:': did you mean idx:DIR?"),
        ("mnist:", "no dataset 'mnist:': did you mean mnist or qmnist?"),
        (
            "emnist",
            "no dataset 'emnist': did you mean emnist-digits or emnist-letters or emnist-balanced?",
        ),
        ("mnist:60000", "no dataset 'mnist:60000': did you mean mnist?"),
        (
            "zebra",
            "no dataset 'zebra': there are: mnist, fashion-mnist, kmnist, qmnist, emnist-digits, "
            "emnist-letters, emnist-balanced, usps, uci-digits, unipen, unipen:PLACE, idx:DIR, "
            "folder:DIR, csv:FILE, npz:FILE, mat:FILE, parquet:PLACE, corrections:URL, drawn:N, "
            "printed:N, nondigits:N, crops:N, scenes:N, things, things:DIR",
        ),
    ],
)
def test_an_unknown_source_is_refused_with_the_nearest_names(source: str, text: str) -> None:
    with pytest.raises(UsageError) as error:
        datasets.load(source)
    assert str(error.value) == text


@pytest.mark.parametrize(
    ("text", "kind", "place", "public"),
    [
        ("mnist", "mnist", "", "mnist"),
        ("drawn:60000", "drawn", "60000", "drawn:60000"),
        ("folder:C:/my digits", "folder", "C:/my digits", "folder"),
        ("unipen", "unipen", "", "unipen"),
        ("unipen:my/archive.tgz", "unipen", "my/archive.tgz", "unipen"),
        ("csv:my/train.csv", "csv", "my/train.csv", "csv"),
        ("parquet:my/data", "parquet", "my/data", "parquet"),
        ("things:my/pictures", "things", "my/pictures", "things"),
        ("idx:secret/set?transpose", "idx", "secret/set?transpose", "idx"),
        ("corrections:postgresql://me:secret@host/db", "corrections",
         "postgresql://me:secret@host/db", "corrections"),
    ],
)  # fmt: skip
def test_a_source_shows_its_place_in_public_only_if_it_is_not_private(
    text: str, kind: str, place: str, public: str
) -> None:
    source = Source.parse(text)
    assert (source.kind, source.place, str(source)) == (kind, place, text)
    assert source.public == public


def test_sources_are_joined_part_by_part(idx_dir: Path, uci: datasets.Splits) -> None:
    both = datasets.load_all(["uci-digits", f"idx:{idx_dir}"])
    assert (len(both.train), len(both.test)) == (2 * 1438, 2 * 359)
    assert np.array_equal(both.train.images[1438:], uci.train.images)
    assert both.train.name == f"uci-digits+idx:{idx_dir}"
    assert datasets.load_all(["uci-digits"]).train.digest == uci.train.digest


def test_sources_with_different_classes_are_not_joined(idx_dir: Path, uci: datasets.Splits) -> None:
    (idx_dir / "classes.txt").write_text("\n".join("abcdefghij"))
    with pytest.raises(DataError) as error:
        datasets.load_all(["uci-digits", f"idx:{idx_dir}"])
    assert str(error.value) == (
        f"uci-digits and idx:{idx_dir} cannot be joined: their classes are 0 1 2 3 4 5 6 7 8 9 "
        "and a b c d e f g h i j; join data of the same classes"
    )
    many = Dataset("many", uci.test.images, uci.test.labels, tuple(map(str, range(47))))
    with pytest.raises(DataError, match=r"0 1 2 3 4 … 46 \(47 of them\) and 0 1 2 3 4 5 6 7 8 9;"):
        join([many, uci.test])
    with pytest.raises(UsageError, match="no dataset given: there are: mnist, fashion-mnist, kmn"):
        datasets.load_all([])


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"images": np.zeros((2, 28, 28))}, "images are float64 (2, 28, 28), expected uint8"),
        ({"images": np.zeros((2, 32, 32), np.uint8)}, "images are uint8 (2, 32, 32), expected"),
        ({"labels": np.zeros(2, np.int32)}, "labels are int32 (2,), expected int64 (n,)"),
        ({"labels": np.zeros((2, 1), np.int64)}, "labels are int64 (2, 1), expected int64 (n,)"),
        ({"labels": np.zeros(3, np.int64)}, "2 images but 3 labels; each image needs one label"),
        ({"labels": np.array([0, 10])}, "label 10 is out of range, 10 classes have labels 0 to 9"),
        ({"labels": np.array([0, -1])}, "label -1 is out of range, 10 classes have labels 0 to 9"),
        ({"classes": ()}, "class names must be given and differ, found []"),
        ({"classes": ("a", "a")}, "class names must be given and differ, found ['a', 'a']"),
        (
            {"images": np.zeros((0, 28, 28), np.uint8), "labels": np.zeros(0, np.int64)},
            "d holds no images; give a source with at least one",
        ),
    ],
)
def test_a_dataset_that_breaks_the_contract_cannot_be_made(
    change: dict[str, Any], text: str
) -> None:
    good = {"images": np.zeros((2, 28, 28), np.uint8), "labels": np.array([0, 9])}
    with pytest.raises(DataError) as error:
        Dataset(**{"name": "d", "classes": DIGITS, **good, **change})
    assert text in str(error.value)


def test_the_digest_follows_images_labels_and_class_names_but_not_the_name(
    uci: datasets.Splits,
) -> None:
    test = uci.test
    images = test.images.copy()
    images[358, 27, 27] ^= 1
    others = [
        Dataset("x", images, test.labels, DIGITS),
        Dataset("x", test.images, np.roll(test.labels, 1), DIGITS),
        Dataset("x", test.images, test.labels, tuple("abcdefghij")),
        test.subset(slice(358)),
    ]
    assert len({test.digest, *(other.digest for other in others)}) == 5
    assert Dataset("x", test.images[::-1][::-1], test.labels, DIGITS).digest == test.digest
    assert re.fullmatch("[0-9a-f]{64}", test.digest)


def numbered(counts: list[int]) -> Dataset:
    """Return blank images, shuffled, each with its number in its first pixels."""
    labels = np.random.default_rng(1).permutation(np.repeat(np.arange(len(counts)), counts))
    images = np.zeros((len(labels), 28, 28), np.uint8)
    images[:, 0, 0], images[:, 0, 1] = np.divmod(np.arange(len(labels)), 256)
    return Dataset("numbered", images, labels, tuple(map(str, range(len(counts)))))


def numbers(dataset: Dataset) -> list[int]:
    return [int(high) * 256 + int(low) for high, low in dataset.images[:, 0, :2]]


@pytest.mark.parametrize("share", [0.1, 0.15, 1 / 3, 0.9])
@pytest.mark.parametrize("counts", [[100] * 10, [997, 3, 55, 1, 444], [0, 7, 0, 5]])
def test_a_stratified_split_is_exact_in_total_and_even_by_class(
    counts: list[int], share: float
) -> None:
    whole = numbered(counts)
    train, held_out = carve(whole, share, seed=5)
    assert held_out is not None
    assert len(held_out) == round(share * len(whole))
    drawn = np.bincount(held_out.labels, minlength=len(counts))
    assert np.abs(drawn - share * np.array(counts)).max() < 1
    assert sorted(numbers(train) + numbers(held_out)) == list(range(len(whole)))
    assert numbers(train) == sorted(numbers(train)), "order is kept"


def test_a_stratified_split_depends_on_the_seed_alone() -> None:
    whole = numbered([50] * 4)
    drawn: list[list[int]] = []
    for seed in (0, 0, 1):
        np.random.seed(len(drawn))  # noqa: NPY002 - the global generator must not matter
        held_out = carve(whole, 0.2, seed)[1]
        assert held_out is not None
        drawn.append(numbers(held_out))
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_last_split_holds_out_the_last_images_of_every_class() -> None:
    mixed = numbered([30, 30])
    whole = replace(mixed, labels=np.sort(mixed.labels))  # as those of a folder are
    train, held_out = carve(whole, 0.2, seed=0, how="last")
    assert held_out is not None
    assert numbers(held_out) == [*range(24, 30), *range(54, 60)]
    assert numbers(train) == [*range(24), *range(30, 54)]


def test_a_last_split_of_mnist_is_its_end_and_copies_nothing() -> None:
    whole = replace(numbered([30, 30]), name="mnist")
    train, held_out = carve(whole, 0.25, seed=0, how="last")
    assert held_out is not None
    assert (numbers(train), numbers(held_out)) == (list(range(45)), list(range(45, 60)))
    assert np.shares_memory(train.images, whole.images)


def test_a_share_of_0_holds_out_nothing_and_too_few_images_are_refused() -> None:
    whole = numbered([2, 1])
    assert carve(whole, 0, seed=0) == (whole, None)
    for share, count in ((0.1, 0), (0.9, 3)):
        with pytest.raises(DataError) as error:
            carve(whole, share, seed=0)
        assert str(error.value) == (
            f"numbered: a share of {share} of its 3 images is {count}; bring more images or "
            "choose another share"
        )


def test_a_share_of_no_image_may_hold_out_nothing() -> None:
    whole = numbered([2, 1])
    assert carve(whole, 0.1, seed=0, allow_none=True) == (whole, None)
    train, held_out = carve(whole, 0.4, seed=0, allow_none=True)
    assert (len(train), len(held_out or ())) == (2, 1)


def test_a_small_part_is_repeated_whole_and_a_large_one_is_not_touched() -> None:
    large, small = numbered([100]), numbered([8])
    same, repeated = repeat_small([large, small], least_share=0.3)
    assert same is large
    assert numbers(repeated) == 4 * numbers(small)  # 0.3 of 108 images is 4 times 8
    assert repeat_small([large, small], least_share=0) == [large, small]


def test_mnist_in_memory_is_as_small_as_its_files(mnist: datasets.Splits) -> None:
    assert mnist.train.images.nbytes == 47_040_000
    assert hashlib.sha256(pack(mnist.test.labels)).hexdigest().startswith("ff7bcfd416de3373")


def test_a_source_given_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="uci-digits is given twice: .* say each --data once"):
        datasets.load_all(["uci-digits", "uci-digits"])

"""What a caller may hand to a `Reader` as a picture."""

import base64
import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

import lenet
from lenet.errors import ModelError, PictureError, UsageError
from lenet.reader import Reading
from services import PICTURES

SEVEN = PICTURES[7]
FILE = SEVEN.read_bytes()
GREY: NDArray[np.uint8] = np.asarray(Image.open(SEVEN).convert("L"))


@pytest.fixture(scope="module")
def reader() -> lenet.Reader:
    return lenet.Reader("lenet5", threads=1)


def data_url() -> str:
    return f"data:image/png;base64,{base64.b64encode(FILE).decode()}"


def dir_entry() -> "os.DirEntry[str]":
    with os.scandir(SEVEN.parent) as entries:
        return next(entry for entry in entries if entry.name == SEVEN.name)


def half_read() -> io.BytesIO:
    file = io.BytesIO(FILE)
    file.read(40)
    return file


def learnt() -> torch.Tensor:
    """A tensor that NumPy alone refuses: it keeps its gradient."""
    return torch.from_numpy(GREY / 255).requires_grad_()


SOURCES: dict[str, Callable[[], Any]] = {
    "data URL": data_url,
    "wrapped data URL": lambda: data_url()[:60] + "\n" + data_url()[60:],
    "directory entry": dir_entry,
    "BytesIO": lambda: io.BytesIO(FILE),
    "BytesIO, half read": half_read,
    "bytearray": lambda: bytearray(FILE),
    "memoryview": lambda: memoryview(FILE),
    "memoryview of pixels": lambda: GREY.data,
    "(h, w, 1)": lambda: GREY[:, :, None],
    "(1, h, w)": lambda: GREY[None],
    "(3, h, w)": lambda: np.stack([GREY] * 3),
    "integers": lambda: GREY.astype(np.int64),
    "big-endian integers": lambda: GREY.astype(">u2"),
    "floats 0..1": lambda: GREY / 255,
    "floats 0..255": lambda: GREY.astype(np.float32) + 0.3 * (GREY < 255),
    "half floats": lambda: (GREY / 255).astype(np.float16),
    "tensor": lambda: torch.tensor(GREY),
    "tensor with a gradient, (1, h, w)": lambda: learnt()[None],
}


@pytest.mark.parametrize("kind", SOURCES)
def test_every_kind_of_picture_is_read_as_its_file_is(kind: str, reader: lenet.Reader) -> None:
    expected = reader.read(SEVEN, single=True)
    assert expected.text == "7"
    for reading in (
        reader.read(SOURCES[kind](), single=True),
        *reader.read_many([SOURCES[kind]()], single=True),
    ):
        assert isinstance(reading, Reading)
        assert (reading.text, reading.digits[0].box) == ("7", expected.digits[0].box)
        seen = reading.digits[0].image.astype(int) - expected.digits[0].image
        assert np.abs(seen).max() <= 1


def test_zeros_and_ones_are_black_and_white_as_bool_and_as_floats(reader: lenet.Reader) -> None:
    mask = GREY > 128
    assert reader.read(mask).text == reader.read(mask.astype(float)).text == "7"


def test_an_open_file_is_called_by_its_name(reader: lenet.Reader) -> None:
    with SEVEN.open("rb") as file:
        reading = reader.read(file)
    assert (reading.text, reading.picture) == ("7", str(SEVEN))
    assert reader.read(io.BytesIO(FILE)).picture == "picture"


def test_open_files_are_read_before_their_generator_closes_them() -> None:
    def files() -> Iterator[Any]:
        for _ in range(100):
            with SEVEN.open("rb") as file:
                yield file

    readings = list(lenet.Reader("lenet5", threads=2).read_many(files()))
    assert [str(reading) for reading in readings] == ["7"] * 100


def closed() -> io.BytesIO:
    file = io.BytesIO(FILE)
    file.close()
    return file


UNREADABLE: dict[str, tuple[Callable[[], Any], str]] = {
    "floats beyond 255": (
        lambda: GREY.astype(float) * 257,
        r"array of float64, shape \(\d+, \d+\), from 7710 to 63222; give floats from",
    ),
    "negative floats": (
        lambda: GREY / 127.5 - 1,
        "from -0.7647059 to 0.9294118; give floats from 0 to 1, or",
    ),
    "floats that overshoot": (lambda: GREY / 240, "to 1.025; give floats from 0 to 1, or from 0"),
    "not a number": (lambda: np.full((9, 9), np.nan), "from nan to nan; give floats from 0 to 1"),
    "negative integers": (
        lambda: GREY.astype(int) - 128,
        "from -98 to 118; give integers from 0 to 255, or bool if there are only 0 and 1",
    ),
    "16 bits": (lambda: GREY.astype(np.uint16) * 257, "uint16, .* to 63222; give integers from 0"),
    "integers 0 and 1": (lambda: (GREY > 128).astype(int), "from 0 to 1; give .* only 0 and 1"),
    "complex numbers": (lambda: GREY.astype(complex), "complex128, .*; give numbers: uint8, other"),
    "several pictures": (
        lambda: np.zeros((5, 28, 28), np.uint8),
        r"found an array of uint8, shape \(5, 28, 28\); give \(h, w\), \(h, w, 1\), \(h, w, 3\)",
    ),
    "nothing": (lambda: np.zeros((0, 9), np.uint8), r"shape \(0, 9\); give \(h, w\)"),
    "a list": (lambda: [SEVEN], "found a list instead of a picture: use read_many"),
    "a number": (lambda: 7, "found a int instead of a picture; give a path, the bytes of a"),
    "a text file": (lambda: io.StringIO("7"), "gives str, not bytes: open it in binary mode"),
    "a closed file": (closed, "the open file cannot be read: i/o operation on closed file"),
    "a sparse tensor": (
        lambda: torch.tensor(GREY).to_sparse(),
        "this Tensor cannot be converted to a NumPy array: ",
    ),
    "a data URL without base64": (lambda: "data:text/plain,7", "without base64, 'data:text/plain'"),
    "a data URL cut short": (lambda: data_url()[:-3], "the base64 of a data URL of .* is broken"),
    "a data URL of ä": (lambda: "data:image/png;base64,ä", "the base64 of a data URL of 23 char"),
    "base64 alone": (
        lambda: base64.b64encode(bytes(9999)).decode(),
        "text of 13,332 characters, too long for a path: 'AAAA.*base64 must begin with data:image",
    ),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_unusable_input_gives_one_short_error(kind: str, reader: lenet.Reader) -> None:
    make, message = UNREADABLE[kind]
    with pytest.raises(PictureError, match=message) as raised:
        reader.read(make())
    assert len(str(raised.value)) < 250
    assert "\n" not in str(raised.value)
    [error] = reader.read_many([make()])
    assert str(error) == str(raised.value)


def test_a_broken_data_url_of_megabytes_is_a_short_error(reader: lenet.Reader) -> None:
    for text in ("data:image/png;base64," + "A" * 3_000_001, "data:" + "A," * 1_000_000):
        with pytest.raises(PictureError) as raised:
            reader.read(text)
        assert len(str(raised.value)) < 200


@pytest.mark.parametrize(
    "one",
    [
        "a.png",
        Path("a.png"),
        b"GIF",
        bytearray(9),
        io.BytesIO(),
        GREY,
        np.zeros((9, 9, 3)),
        None,
        7,
    ],
    ids=lambda one: type(one).__name__,
)
def test_read_many_refuses_a_single_picture_at_once(one: Any, reader: lenet.Reader) -> None:
    with pytest.raises(UsageError, match=f"^read_many got .*{type(one).__name__}: (put|give) "):
        reader.read_many(one)


def test_read_many_reads_a_stack_of_images(reader: lenet.Reader) -> None:
    stack = np.stack([GREY, GREY])
    assert [str(reading) for reading in reader.read_many(stack)] == ["7", "7"]


@pytest.mark.parametrize("threads", [-1, 0.5, "2", None, 10**9])
def test_a_wrong_number_of_threads_is_named(threads: Any) -> None:
    with pytest.raises(UsageError, match=f"^threads is {threads!r}: give a whole number of CPU"):
        lenet.Reader("lenet5", threads=threads)


@pytest.mark.parametrize("model", [None, 5, b"reader"])
def test_a_model_that_is_no_name_is_named(model: Any) -> None:
    with pytest.raises(UsageError, match=f"^model is {model!r}: give a shipped model's name, or a"):
        lenet.Reader(model)


@pytest.mark.parametrize(
    ("finder", "error", "text"),
    [
        (5, UsageError, "^finder is 5: give a shipped finder's name, or a run folder"),
        ("findr", UsageError, "no model 'findr': did you mean finder"),
        ("lenet5", UsageError, "finder"),
        ("runs/none", ModelError, "no run folder runs/none"),
    ],
)
def test_a_finder_that_is_none_is_named(finder: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        lenet.Reader("lenet5", finder=finder)


@pytest.mark.parametrize("wrong", ["0.5", None])
def test_a_probability_that_is_no_number_is_named(wrong: Any) -> None:
    with pytest.raises(UsageError, match=f"min_probability is {wrong}: give a number from 0 to 1"):
        lenet.Reader(min_probability=wrong)

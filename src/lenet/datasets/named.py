"""Data sets that have a name: Fashion-MNIST, KMNIST, QMNIST, EMNIST and USPS.

Each is fetched from where its authors, or those who keep it, publish it, and checked by the MD5
that torchvision lists for it. Images come as they were published, 0 = paper and 255 = ink; only
those of EMNIST, which are stored transposed, are turned upright, and those of USPS are scaled.
"""

import bz2
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lenet.datasets.archive import read_files
from lenet.datasets.dataset import DIGITS, Dataset, Splits
from lenet.datasets.idx import (
    IMAGES,
    LABELS,
    DamagedError,
    parse_extended_labels,
    parse_images,
    parse_labels,
    unpack_whole,
)
from lenet.datasets.mnist import PARTS
from lenet.datasets.originals import Collection, File, Original, parsed, read_splits
from lenet.errors import DataError

if TYPE_CHECKING:
    from lenet.finder import Fit

CLOTHES = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
# As transcribed by the authors: figures need no Japanese font.
HIRAGANA = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
EMNIST_SPLITS = ("emnist-digits", "emnist-letters", "emnist-balanced")
USPS_SIDE = 16  # pixels
MOST_TEXT = 2**26  # bytes; two and a half times the training file of USPS


@dataclass(frozen=True)
class Named:
    """A data set that has a name.

    Attributes
    ----------
    collection : Collection
    read : callable
        Takes the name of the source and the files by name, and returns the splits (`DataError`).
    licence : str
        Authors and terms, for a page that shows images.
    citation : str
        What its authors ask to cite.
    fit : {"ink", "squeeze"}
        How a model that learns from it takes pictures, see `lenet.finder.Preparation`.
    """

    collection: Collection
    read: Callable[[str, Mapping[str, File]], Splits]
    licence: str
    citation: str
    fit: "Fit" = "ink"


def load_named(
    name: str, data_dir: Path | None, download: bool, timeout: float | None, show_progress: bool
) -> Splits:
    """Load a data set of `NAMED`.

    The parameters but the first, and the errors, are those of `Collection.obtain`.
    """
    named = NAMED[name]
    files = named.collection.obtain(data_dir, download, timeout, show_progress)
    splits = named.read(name, files)
    if named.fit == "ink":
        return splits
    from lenet.finder import Preparation  # brings OpenCV

    return replace(splits, preparation=Preparation(named.fit))


def _read_emnist(name: str, files: Mapping[str, File]) -> Splits:
    """Read one split of EMNIST from the archive of all: turned upright, labels from 0.

    A class is named by the first character that the archive's own mapping lists for it. Nothing is
    unpacked to the disk.
    """
    archive = files["gzip"].path
    mapping = f"gzip/{name}-mapping.txt"
    images = {part: f"gzip/{name}-{part}-images-idx3-ubyte.gz" for part in ("train", "test")}
    labels = {part: f"gzip/{name}-{part}-labels-idx1-ubyte.gz" for part in ("train", "test")}
    wanted = {mapping, *images.values(), *labels.values()}
    members = read_files(archive, wanted.__contains__)
    if missing := sorted(wanted - members.keys()):
        raise DataError(f"{archive} holds no {missing[0]}; bring the original file")
    packed = {member: File(archive / member, content) for member, content in members.items()}
    classes, first = parsed(packed[mapping], _parse_mapping)
    train, test = (
        Dataset(
            name,
            parsed(packed[images[part]], _parse_transposed),
            parsed(packed[labels[part]], _parse_packed_labels) - first,
            classes,
        )
        for part in ("train", "test")
    )
    return Splits(train, test)


def _parse_transposed(packed: bytes) -> NDArray[np.uint8]:
    images = parse_images(unpack_whole(packed, IMAGES))
    return np.ascontiguousarray(images.transpose(0, 2, 1))


def _parse_packed_labels(packed: bytes) -> NDArray[np.int64]:
    return parse_labels(unpack_whole(packed, LABELS))


def _parse_mapping(content: bytes) -> tuple[tuple[str, ...], int]:
    """Return the class names and the lowest label: a line has a label, then codes of characters.

    >>> _parse_mapping(b"1 65 97")
    (('A',), 1)
    """
    try:
        lines = [line.split() for line in content.splitlines() if line.strip()]
        rows = [[int(number) for number in line] for line in lines]
        labels = [row[0] for row in rows]
        classes = tuple(chr(row[1]) for row in rows)
        is_complete = labels == list(range(labels[0], labels[0] + len(labels)))
    except (IndexError, OverflowError, ValueError):
        is_complete = False
    if not is_complete:
        raise DamagedError("is no list of labels and characters; bring the original file")
    return classes, labels[0]


def _read_usps(name: str, files: Mapping[str, File]) -> Splits:
    """Read USPS and scale it as MNIST was made.

    A digit of USPS fills its 16×16 pixels from edge to edge; one of MNIST fills a box of 20×20 with
    a margin. So its ink is enlarged until its longer side is 20, and its centre of mass is put into
    the middle of 28×28.
    """
    from lenet.picture import normalise  # brings OpenCV and Pillow

    splits = []
    for part in ("usps", "usps.t"):
        digits, labels = parsed(files[part], _parse_usps)
        images = np.stack([normalise(digit) for digit in digits])
        splits.append(Dataset(name, images, labels, DIGITS))
    train, test = splits
    return Splits(train, test)


def _parse_usps(packed: bytes) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the images, uint8 (n, 16, 16), and the labels of a packed file of USPS.

    A line is ``label 1:value … 256:value``: label 1 is the digit 0, value -1 is paper, 1 is ink.
    """
    text = _unpack_bz2(packed)
    fields = 1 + 2 * USPS_SIDE**2
    try:
        rows = np.loadtxt(io.StringIO(text.decode("ascii").replace(":", " ")), np.float64, ndmin=2)
    except ValueError as error:
        raise DamagedError(f"is not in the format of LIBSVM ({error})") from error
    labels, pixels = rows[:, 0], rows[:, 2::2]
    is_valid = (
        rows.shape[1] == fields
        and (rows[:, 1::2] == np.arange(1, USPS_SIDE**2 + 1)).all()
        and np.isin(labels, np.arange(1, 11)).all()
        and (np.abs(pixels) <= 1).all()
    )
    if not is_valid:
        raise DamagedError("holds other lines than a label 1 to 10 and 256 values from -1 to 1")
    images = np.rint((pixels + 1) / 2 * 255).astype(np.uint8)
    return images.reshape(-1, USPS_SIDE, USPS_SIDE), labels.astype(np.int64) - 1


def _unpack_bz2(packed: bytes) -> bytes:
    decompressor = bz2.BZ2Decompressor()
    try:
        text = decompressor.decompress(packed, MOST_TEXT)
    except OSError as error:
        raise DamagedError("is a damaged bzip2 file; download it again") from error
    if not decompressor.eof:
        fault = "holds more text than expected" if len(text) >= MOST_TEXT else "is truncated"
        raise DamagedError(f"{fault}; download it again")
    return text


def _like_mnist(*published: tuple[int, str]) -> tuple[Original, ...]:
    """Return four files with the names and sizes of MNIST's: of each, packed bytes and MD5."""
    return tuple(
        Original(part.name, packed, part.size, md5=md5)
        for part, (packed, md5) in zip(PARTS, published, strict=True)
    )


FASHION_MNIST = Named(
    Collection(
        "fashion-mnist",
        "Fashion-MNIST",
        _like_mnist(
            (5_148, "bb300cfdad3c16e7a12a480ee83cd310"),
            (29_515, "25c81989df183df01b3e8a0aad5dffbe"),
            (4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
            (26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
        ),
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        command="lenet data fetch fashion-mnist",
    ),
    partial(read_splits, classes=CLOTHES),
    licence="Images of Fashion-MNIST by Zalando SE, MIT licence, "
    "https://github.com/zalandoresearch/fashion-mnist",
    citation="H. Xiao, K. Rasul, R. Vollgraf, "
    '"Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms", '
    "arXiv:1708.07747, 2017",
    fit="squeeze",
)

KMNIST = Named(
    Collection(
        "kmnist",
        "KMNIST",
        _like_mnist(
            (5_120, "7320c461ea6c1c855c0b718fb2a4b134"),
            (29_497, "e144d726b3acfaa3e44228e80efcd344"),
            (3_041_136, "5c965bf0a639b31b8f53240b1b52f4d7"),
            (18_165_135, "bdb82020997e1d708af4cf47b453dcf7"),
        ),
        (
            "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
            "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        ),
        command="lenet data fetch kmnist",
    ),
    partial(read_splits, classes=HIRAGANA),
    licence='"KMNIST Dataset" (created by CODH), adapted from "Kuzushiji Dataset" (created by '
    "NIJL and others), doi:10.20676/00000341, CC BY-SA 4.0, "
    "https://creativecommons.org/licenses/by-sa/4.0/",
    citation="T. Clanuwat, M. Bober-Irizar, A. Kitamoto, A. Lamb, K. Yamamoto, D. Ha, "
    '"Deep Learning for Classical Japanese Literature", arXiv:1812.01718, 2018',
)

QMNIST = Named(
    Collection(
        "qmnist",
        "QMNIST",
        # How many bytes are downloaded is not published: these numbers are rounded up.
        (
            Original(
                "qmnist-train-labels-idx2-int",
                packed=500_000,
                size=1_920_012,
                md5="0058f8dd561b90ffdd0f734c6a30e5e4",
            ),
            Original(
                "qmnist-test-labels-idx2-int",
                packed=600_000,
                size=1_920_012,
                md5="5b5b05890a5e13444e108efe57b788aa",
            ),
            Original(
                "qmnist-train-images-idx3-ubyte",
                packed=10_000_000,
                size=47_040_016,
                md5="ed72d4157d28c017586c42bc6afe6370",
            ),
            Original(
                "qmnist-test-images-idx3-ubyte",
                packed=10_000_000,
                size=47_040_016,
                md5="1394631089c404de565df7b7aeaf9412",
            ),
        ),
        ("https://raw.githubusercontent.com/facebookresearch/qmnist/master/",),
        command="lenet data fetch qmnist",
    ),
    # The first 10,000 to test on are MNIST's own test digits, made again; the others were lost.
    partial(
        read_splits,
        parts=("qmnist-train", "qmnist-test"),
        labels="labels-idx2-int",
        parse=parse_extended_labels,
    ),
    licence="Images of QMNIST by Chhavi Yadav and Léon Bottou, BSD licence of Facebook, Inc., "
    "https://github.com/facebookresearch/qmnist",
    citation='C. Yadav, L. Bottou, "Cold Case: The Lost MNIST Digits", '
    "Advances in Neural Information Processing Systems 32, 2019, arXiv:1905.10498",
)

USPS = Named(
    Collection(
        "usps",
        "USPS",
        (
            Original("usps.t", 2_000_000, 2**24, "", "8ea070ee2aca1ac39742fdd1ef5ed118", ".bz2"),
            Original("usps", 7_000_000, 2**24, "", "ec16c51db3855ca6c91edd34d0e9b197", ".bz2"),
        ),
        ("https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/",),
        command="lenet data fetch usps",
    ),
    _read_usps,
    licence="Images of USPS, collected by CEDAR (State University of New York at Buffalo) for the "
    "US Postal Service; no licence is stated, "
    "https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass.html#usps",
    citation='J. J. Hull, "A database for handwritten text recognition research", '
    "IEEE Transactions on Pattern Analysis and Machine Intelligence 16(5), 550-554, 1994",
)


def _emnist(name: str) -> Named:
    return Named(
        Collection(
            "emnist",
            "EMNIST",
            (
                Original(
                    "gzip",
                    packed=561_753_746,
                    size=561_753_746,
                    md5="58c8d27c78d21e728a6bc7b3cc06412e",
                    suffix=".zip",
                ),
            ),
            (
                "https://biometrics.nist.gov/cs_links/EMNIST/",
                "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/",
            ),
            command=f"lenet data fetch {name}",
        ),
        _read_emnist,
        licence="Images of EMNIST by Gregory Cohen, Saeed Afshar, Jonathan Tapson and André van "
        "Schaik, from NIST Special Database 19; no licence is stated, "
        "https://www.nist.gov/itl/products-and-services/emnist-dataset",
        citation="G. Cohen, S. Afshar, J. Tapson, A. van Schaik, "
        '"EMNIST: Extending MNIST to handwritten letters", '
        "International Joint Conference on Neural Networks, 2017, arXiv:1702.05373",
    )


NAMED = {
    "fashion-mnist": FASHION_MNIST,
    "kmnist": KMNIST,
    "qmnist": QMNIST,
    **{name: _emnist(name) for name in EMNIST_SPLITS},
    "usps": USPS,
}

"""UNIPEN: digits, letters and signs that hundreds of people wrote with a pen on a tablet.

I. Guyon, L. Schomaker, R. Plamondon, M. Liberman, S. Janet, "UNIPEN project of on-line data
exchange and recognizer benchmarks", ICPR 1994, 29-33. Data set train_r01_v07, International Unipen
Foundation, 1999, doi:10.5281/zenodo.1195803, CC BY 4.0: 15,953 digits, 28,069 capitals, 61,351
small letters and 17,286 signs. (The CD-ROM of 1999 was for research, not to be distributed
commercially; the later licence is by the same owner.)

An image is inked along the strokes by the pens that `lenet.drawing` has.
"""

import contextlib
import hashlib
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lenet.datasets import unipen_format, zenodo
from lenet.datasets.archive import read_files
from lenet.datasets.cache import cache_folder, folders, npz, read_npz
from lenet.datasets.dataset import DIGITS, NONE, Dataset, Splits, draw_stratified
from lenet.datasets.unipen_format import WRITERS_PER_CONTRIBUTOR
from lenet.drawing.crops import crop
from lenet.drawing.material import Handwriting
from lenet.errors import DataError
from lenet.storage import write_atomically

RECORD = 1195803  # of Zenodo
ROOT = "train_r01_v07"
ARCHIVES = (".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar", ".zip")
TEST_WRITERS = 40
TEST_SEED = 0
THICKEST = 0.15  # stroke width, as a share of the longer side: real hands make narrow loops
# Characters that look like a digit; the ligatures that contributor kai names "@" are bars.
DIGIT_LIKE = frozenset("oODIijlsSzZbBgGqQ|/\\()!.,'`") | {unipen_format.LIGATURE}
NARROWEST = 0.35  # width over height: a narrower character could be a 1
STEEPEST = 0.35  # height over width of a dash: a steeper one could be a slanted 1


def load_unipen(
    place: Path | None,
    data_dir: Path | None,
    download: bool = True,
    timeout: float | None = None,
    show_progress: bool = False,
) -> Splits:
    """Load the digits; `TEST_WRITERS` people wrote the test images, and no others.

    The parameters are those of `load_handwriting`.

    Raises
    ------
    DataError
        See `load_handwriting`.
    """
    handwriting = load_handwriting(place, data_dir, download, timeout, show_progress)
    digits = handwriting.take(np.flatnonzero(np.isin(handwriting.labels, DIGITS)))
    train, test = (
        Dataset("unipen", draw_characters(part), part.labels.astype(np.int64), DIGITS)
        for part in split_writers(digits, handwriting)
    )
    return Splits(train, test)


def load_others(place: Path | None, data_dir: Path | None) -> tuple[Dataset, Dataset]:
    """Load the letters and signs that do not look like a digit, for training and for testing.

    Raises
    ------
    DataError
        See `load_handwriting`.
    """
    found = obtain(place, data_dir, show_progress=True)
    return _others(found, _key(found))


@cache  # for digits and for non-digits of one recipe: inking them takes half a minute
def _others(found: Path, key: str) -> tuple[Dataset, Dataset]:
    handwriting = _load(found, key)
    others = handwriting.take(np.flatnonzero(~_could_be_digits(handwriting)))
    train, test = (
        Dataset("unipen", draw_characters(part), np.zeros(len(part), np.int64), (NONE,))
        for part in split_writers(others, handwriting)
    )
    return train, test


def split_writers(part: Handwriting, whole: Handwriting) -> tuple[Handwriting, Handwriting]:
    """Return the characters of a part by those who wrote to train on, and to test on."""
    testing = test_writers(whole)
    is_test = np.isin(part.writers, testing)
    return part.take(np.flatnonzero(~is_test)), part.take(np.flatnonzero(is_test))


def test_writers(handwriting: Handwriting) -> NDArray[np.int64]:
    """Return the writers held out for testing: the same share of each contributor's."""
    return draw_writers(np.unique(handwriting.writers), TEST_WRITERS, TEST_SEED)


def draw_writers(writers: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    """Draw `count` of these writers, at most half: the same share of each contributor's."""
    contributors = writers // WRITERS_PER_CONTRIBUTOR
    return writers[draw_stratified(contributors, min(count, len(writers) // 2), seed)]


def _could_be_digits(handwriting: Handwriting) -> NDArray[np.bool_]:
    """Return for each character whether it is a digit or could be taken for one."""
    starts = handwriting.first_points[handwriting.first_strokes[:-1]]
    width, height = np.maximum.reduceat(handwriting.points, starts).T
    is_narrow = width < NARROWEST * height
    is_slanted = np.isin(handwriting.labels, ["-", "_"]) & (height > STEEPEST * width)
    is_like = np.isin(handwriting.labels, [*DIGITS, *DIGIT_LIKE])
    return np.asarray(is_like | is_narrow | is_slanted)


def draw_characters(handwriting: Handwriting) -> NDArray[np.uint8]:
    """Ink each character once, always with the same pen; uint8 (n, 28, 28)."""
    images = np.empty((len(handwriting), 28, 28), np.uint8)
    for index in range(len(handwriting)):
        rng = np.random.default_rng([index, int(handwriting.writers[index])])
        images[index] = crop(handwriting.strokes(index), THICKEST, rng)
    return images


def load_handwriting(
    place: Path | None = None,
    data_dir: Path | None = None,
    download: bool = True,
    timeout: float | None = None,
    show_progress: bool = False,
) -> Handwriting:
    """Return the characters of the categories 1a to 1d: digits, capitals, small letters, signs.

    Reading them takes long, so their strokes are kept in the user's cache.

    Parameters
    ----------
    place : Path, optional
        The folder ``train_r01_v07``, an archive of it, or a folder that holds either. By default
        `data_dir`, ``$LENET_DATA`` and the user's cache are searched, and a folder ``unipen`` in
        each of them.
    data_dir : Path, optional
    download : bool
        Whether the archive may be downloaded if there is no `place` and it is not found.
    timeout : float, optional
        Seconds that the download as a whole may take.
    show_progress : bool
        Whether to show a progress bar on stderr, if that is a terminal.

    Raises
    ------
    DataError
        It is not there and cannot be downloaded, cannot be read, is damaged, or is not UNIPEN.
    """
    found = obtain(place, data_dir, download, timeout, show_progress)
    return _load(found, _key(found))


def obtain(
    place: Path | None = None,
    data_dir: Path | None = None,
    download: bool = True,
    timeout: float | None = None,
    show_progress: bool = False,
) -> Path:
    """Return where UNIPEN is, after downloading it if need be; see `load_handwriting`."""
    if place is not None:
        if found := _found_in(place.expanduser()):
            return found
        raise DataError(
            f"no UNIPEN in {place}: give the folder {ROOT} or an archive of it "
            f"({', '.join(ARCHIVES)})"
        )
    places = list(folders(data_dir, "unipen"))
    for folder in places:
        for inner in (folder / "unipen", folder):
            if found := _found_in(inner, by_name=True):
                return found
    if not download:
        raise DataError(
            f"UNIPEN is not at hand: no folder {ROOT} and no archive of it in "
            f"{', '.join(str(folder) for folder in places)}; `lenet data fetch unipen` downloads it"
        )
    target = data_dir / "unipen" if data_dir else cache_folder("unipen")
    return zenodo.fetch(RECORD, target / ROOT, ARCHIVES, timeout, show_progress)


@cache
def _load(found: Path, key: str) -> Handwriting:
    kept = cache_folder("unipen") / f"characters-{key}.npz"
    if arrays := read_npz(kept):
        return Handwriting(*(arrays[name] for name in _ARRAYS))
    try:
        handwriting = unipen_format.parse(_relevant_files(found))
    except DataError as error:
        raise DataError(f"{found}: {error}") from error
    _keep(handwriting, kept)
    return handwriting


_ARRAYS = ("labels", "writers", "first_strokes", "first_points", "points")


def _keep(handwriting: Handwriting, path: Path) -> None:
    """Write the characters to the cache, if it can be written."""
    content = npz({name: getattr(handwriting, name) for name in _ARRAYS})
    with contextlib.suppress(OSError, DataError):
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob("characters-*.npz"):
            old.unlink()
        write_atomically(path, content)


def _relevant_files(found: Path) -> dict[str, bytes]:
    """Read the files that list the characters, and all files that those include, by name."""

    def read(names: set[str] | None) -> dict[str, bytes]:
        def wanted(name: str) -> bool:
            inner = _inner_name(name)
            return unipen_format.is_index(inner) if names is None else inner in names

        return {_inner_name(name): content for name, content in read_files(found, wanted).items()}

    files = new = read(None)
    while new:
        named = {name for content in new.values() for name in unipen_format.included(content)}
        missing = named - files.keys()
        new = read(missing) if missing else {}
        files |= new
    return files


def _inner_name(name: str) -> str:
    """Return the part of a name that is below ``train_r01_v07``, in small letters."""
    parts = name.lower().split("/")
    if ROOT in parts:
        start = parts.index(ROOT) + 1
    else:
        start = next((i for i, part in enumerate(parts) if part in ("data", "include")), 0)
    return "/".join(parts[start:])


def _key(found: Path) -> str:
    """Return a digest of the content of `found`, and of the code that reads it."""
    digest = hashlib.sha256(Path(unipen_format.__file__).read_bytes())
    try:
        if found.is_dir():
            for path in sorted(found.rglob("*")):
                facts = path.stat()
                digest.update(
                    f"{path.relative_to(found)} {facts.st_size} {facts.st_mtime_ns}\n".encode()
                )
        else:
            with found.open("rb") as file:
                digest.update(f"{found.stat().st_size}".encode())
                digest.update(hashlib.file_digest(file, "sha256").digest())
    except OSError as error:
        raise _cannot_read(found, error) from error
    return digest.hexdigest()[:32]


def _found_in(place: Path, *, by_name: bool = False) -> Path | None:
    """Return UNIPEN's folder or archive if `place` is or holds it.

    With `by_name` only what is named as UNIPEN counts: `place` may hold other things as well.
    """
    try:
        if not place.is_dir():
            return place if place.is_file() and not by_name else None
        for folder in (place / ROOT, place / "CDROM" / ROOT, place / "unipen" / "CDROM" / ROOT):
            if folder.is_dir():
                return folder
        if (place / "data").is_dir() and not by_name:
            return place
        return next(
            (
                path
                for path in sorted(place.iterdir())
                if ROOT in path.name and path.name.endswith(ARCHIVES) and path.is_file()
            ),
            None,
        )
    except OSError as error:
        raise _cannot_read(place, error) from error


def _cannot_read(place: Path, error: OSError) -> DataError:
    return DataError(f"cannot read {place}: {error.strerror or error}; check that it may be read")

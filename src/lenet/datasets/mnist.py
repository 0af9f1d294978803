"""MNIST: found where it lies, else downloaded; what counts is the digest of its content.

Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998. 60,000
training and 10,000 test digits, drawn from NIST's Special Databases 3 and 1.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lenet.datasets.dataset import Dataset, Splits
from lenet.datasets.idx import DamagedError, parse_images, parse_labels, unpack
from lenet.errors import DataError
from lenet.storage import cannot_write, sha256, write_atomically

if TYPE_CHECKING:  # it brings pooch, which only a download needs
    from lenet.datasets.mirrors import Mirrors


@dataclass(frozen=True)
class Part:
    """One of the four files.

    Attributes
    ----------
    name : str
        As it is called everywhere, without ``.gz``.
    packed : int
        Bytes of the gzip file in circulation.
    size : int
        Bytes of the content, unpacked.
    sha256 : str
        Of the content, unpacked: how it is packed differs from place to place.
    """

    name: str
    packed: int
    size: int
    sha256: str

    def file_names(self) -> Iterator[str]:
        """Yield the names it goes by, plain before gzip: plain is the faster one to read."""
        for name in (self.name, self.name.replace("-idx", ".idx")):
            yield name
            yield f"{name}.gz"


# Smallest first, so that a mirror that is down or altered is known before much has come.
PARTS = (
    Part(
        name="t10k-labels-idx1-ubyte",
        packed=4_542,
        size=10_008,
        sha256="ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    Part(
        name="train-labels-idx1-ubyte",
        packed=28_881,
        size=60_008,
        sha256="65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    Part(
        name="t10k-images-idx3-ubyte",
        packed=1_648_877,
        size=7_840_016,
        sha256="0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    Part(
        name="train-images-idx3-ubyte",
        packed=9_912_422,
        size=47_040_016,
        sha256="ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
)


@dataclass(frozen=True)
class Found:
    """One of the four files, verified: where it is, and its unpacked content."""

    path: Path
    content: bytes


def load_mnist(
    data_dir: Path | None, download: bool, timeout: float | None, show_progress: bool
) -> Splits:
    """Load MNIST, its classes "0" to "9"; see `obtain` for the parameters and errors."""
    found = obtain(data_dir, download, timeout, show_progress)
    train, test = (
        Dataset(
            "mnist",
            parse_images(found[f"{part}-images-idx3-ubyte"].content),
            parse_labels(found[f"{part}-labels-idx1-ubyte"].content),
            tuple("0123456789"),
        )
        for part in ("train", "t10k")
    )
    return Splits(train, test)


def obtain(
    data_dir: Path | None = None,
    download: bool = True,
    timeout: float | None = None,
    show_progress: bool = False,
) -> dict[str, Found]:
    """Return the four files by name, downloading those that are nowhere to be found.

    They are looked for in `data_dir`, in ``$LENET_DATA`` and in the user's cache, and downloaded
    to `data_dir`, or to the cache when it is not given. A file there is whole and verified from
    its first moment; processes that fetch at once take turns, so that one downloads for all.

    Parameters
    ----------
    data_dir : Path, optional
    download : bool
        Whether files may be downloaded.
    timeout : float, optional
        Seconds that the download as a whole may take.
    show_progress : bool
        Whether to show a progress bar on stderr, if that is a terminal.

    Raises
    ------
    DataError
        A file found in `data_dir` or ``$LENET_DATA`` is not MNIST's; the files are nowhere and
        cannot be downloaded; the disk refuses them.
    """
    found = {part.name: file for part in PARTS if (file := _search(part, data_dir))}
    missing = [part for part in PARTS if part.name not in found]
    if not missing:
        return found
    target = data_dir or cache_dir()
    if not download:
        raise DataError(
            f"MNIST is not at hand: no {missing[0].name} in "
            f"{', '.join(str(folder) for folder in _places(data_dir))}; "
            "`lenet data fetch` downloads it, and --data uci-digits needs no download"
        )
    deadline = time.monotonic() + timeout if timeout is not None else float("inf")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(target, error) from None
    from lenet.datasets.mirrors import Mirrors, progress

    total = sum(part.packed for part in missing)
    with _turn(target, deadline), progress(total, show_progress) as report:
        mirrors = Mirrors(deadline, report)
        for part in missing:
            # Whoever had the turn before may have brought it.
            found[part.name] = _search(part, data_dir) or _fetch(part, target, mirrors)
    return found


def cache_dir() -> Path:
    """Return the folder for MNIST where this system keeps a user's cached files."""
    import pooch

    return Path(pooch.os_cache("lenet")) / "mnist"


def _places(data_dir: Path | None) -> Iterator[Path]:
    if data_dir is not None:
        yield data_dir
    if named := os.environ.get("LENET_DATA"):
        yield Path(named).expanduser()
    yield cache_dir()


def _search(part: Part, data_dir: Path | None) -> Found | None:
    """Return `part` from the first place that has it, or None (`DataError` if it is another)."""
    for folder in _places(data_dir):
        for path in (folder / name for name in part.file_names()):
            try:
                if path.is_file():
                    return Found(path, _verified(part, path.read_bytes()))
            except DamagedError as fault:
                # In the cache, which is ours, a spoilt file is as good as none.
                if folder == data_dir or folder != cache_dir():
                    raise DataError(f"{path} {fault}") from None
            except OSError as error:
                raise DataError(
                    f"cannot read {path}: {error.strerror or error}; check that it may be read"
                ) from None
    return None


def _verified(part: Part, packed: bytes) -> bytes:
    """Return the unpacked content of `part` (or `DamagedError`)."""
    content = unpack(packed, part.size)
    if (found := sha256(content)) != part.sha256:
        raise DamagedError(
            f"is not MNIST's {part.name}: the SHA-256 of its content is {found}, expected "
            f"{part.sha256}; remove it, and `lenet data fetch` brings the original"
        )
    return content


def _fetch(part: Part, target: Path, mirrors: "Mirrors") -> Found:
    from lenet.datasets.mirrors import NoMirrorError

    try:
        packed, content = mirrors.download(
            f"{part.name}.gz",
            expected=part.packed,
            most=part.size,
            unpack=lambda packed: _verified(part, packed),
        )
    except NoMirrorError as fault:
        raise _unreachable(str(fault), target) from None
    # A mirror, or a proxy before it, may have unpacked it on the way.
    path = target / (f"{part.name}.gz" if packed[:2] == b"\x1f\x8b" else part.name)
    write_atomically(path, packed)
    return Found(path, content)


def _unreachable(why: str, target: Path) -> DataError:
    names = ", ".join(f"{part.name}.gz" for part in PARTS)
    return DataError(
        f"cannot download MNIST: {why}; put its four files ({names}) into {target} by hand, "
        "or use --data uci-digits, which needs no download"
    )


@contextmanager
def _turn(folder: Path, deadline: float) -> Iterator[None]:
    """Wait until no other process fetches into `folder`, then tidy up after those that died."""
    if sys.platform == "win32":  # no such lock: every process downloads, the last rename wins
        yield
        return
    import fcntl

    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise cannot_write(folder, error) from None
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise _unreachable("another process is still at it", folder) from None
                time.sleep(0.1)
            except OSError:  # a file system without locks
                break
            else:
                for stale in folder.glob(".*-ubyte*.tmp"):
                    stale.unlink(missing_ok=True)
                break
        yield
    finally:
        os.close(descriptor)

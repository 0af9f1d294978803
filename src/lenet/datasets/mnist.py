"""MNIST: found on disk or downloaded, and verified by the digest of its content.

Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998. 60,000
training and 10,000 test digits, drawn from NIST's Special Databases 3 and 1.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lenet.datasets import cache
from lenet.datasets.cache import Received, ServerError, cache_folder, folders, get, progress
from lenet.datasets.dataset import DIGITS, Dataset, Splits
from lenet.datasets.idx import GZIP, DamagedError, parse_images, parse_labels, unpack
from lenet.errors import DataError
from lenet.storage import LockedError, cannot_write, locked, sha256, write_atomically

# Well-known copies: Google's CVDF, and the PyTorch project.
MIRRORS = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)


@dataclass(frozen=True)
class MnistFile:
    """One of the four files.

    Attributes
    ----------
    name : str
        Its usual name, without ``.gz``.
    packed : int
        Bytes of the usual gzip file.
    size : int
        Bytes of the content, unpacked.
    sha256 : str
        Digest of the content, unpacked; the compression differs from copy to copy.
    """

    name: str
    packed: int
    size: int
    sha256: str

    def file_names(self) -> Iterator[str]:
        """Yield the names in use, plain before gzip: plain is faster to read."""
        for name in (self.name, self.name.replace("-idx", ".idx")):
            yield name
            yield f"{name}.gz"


# Smallest first, so that a bad mirror is noticed before much has arrived.
PARTS = (
    MnistFile(
        name="t10k-labels-idx1-ubyte",
        packed=4_542,
        size=10_008,
        sha256="ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    MnistFile(
        name="train-labels-idx1-ubyte",
        packed=28_881,
        size=60_008,
        sha256="65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    MnistFile(
        name="t10k-images-idx3-ubyte",
        packed=1_648_877,
        size=7_840_016,
        sha256="0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    MnistFile(
        name="train-images-idx3-ubyte",
        packed=9_912_422,
        size=47_040_016,
        sha256="ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
)


@dataclass(frozen=True)
class File:
    """One of the four files on disk, verified, with its unpacked content."""

    path: Path
    content: bytes


def load_mnist(
    data_dir: Path | None, download: bool, timeout: float | None, show_progress: bool
) -> Splits:
    """Load MNIST, with classes "0" to "9"; see `obtain` for the parameters and errors."""
    files = obtain(data_dir, download, timeout, show_progress)
    train, test = (
        Dataset(
            "mnist",
            parse_images(files[f"{part}-images-idx3-ubyte"].content),
            parse_labels(files[f"{part}-labels-idx1-ubyte"].content),
            DIGITS,
        )
        for part in ("train", "t10k")
    )
    return Splits(train, test)


def obtain(
    data_dir: Path | None = None,
    download: bool = True,
    timeout: float | None = None,
    show_progress: bool = False,
) -> dict[str, File]:
    """Return the four files by name, downloading those that are missing.

    They are looked for in `data_dir`, in ``$LENET_DATA`` and in the user's cache, and downloaded
    to `data_dir`, or to the cache if that is not given. A downloaded file appears whole and
    verified. If several processes start a download, one does it for all.

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
        A file in `data_dir` or ``$LENET_DATA`` is not MNIST's; files are missing and cannot be
        downloaded, or not written.
    """
    files = {part.name: file for part in PARTS if (file := _search(part, data_dir))}
    missing = [part for part in PARTS if part.name not in files]
    if not missing:
        return files
    if not download:
        raise DataError(
            f"MNIST is not at hand: no {missing[0].name} in "
            f"{', '.join(str(folder) for folder in folders(data_dir, 'mnist'))}; "
            "`lenet data fetch` downloads it, and --data uci-digits needs no download"
        )
    patience = float("inf") if timeout is None else timeout
    deadline = time.monotonic() + patience
    target = data_dir or cache_folder("mnist")
    mirrors = list(MIRRORS)
    total = sum(part.packed for part in missing)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with (
            locked(target, patience) as alone,
            progress("Downloading MNIST", total, show_progress) as report,
        ):
            if alone:
                _remove_stale(target)
            for part in missing:
                # Another process may have downloaded it while we waited for the lock.
                files[part.name] = _search(part, data_dir) or _download(
                    part, target, mirrors, deadline, report
                )
    except LockedError as error:
        raise _cannot_download("another process is still at it", target) from error
    except OSError as error:
        raise cannot_write(target, error) from error
    return files


def _search(part: MnistFile, data_dir: Path | None) -> File | None:
    """Return `part` from the first folder that has it, if any (`DataError`: it is another file)."""
    for folder in folders(data_dir, "mnist"):
        for path in (folder / name for name in part.file_names()):
            try:
                if path.is_file():
                    return File(path, _verified(part, path.read_bytes()))
            except DamagedError as error:
                # A damaged file in the cache, which is ours, counts as missing.
                if folder == data_dir or folder != cache_folder("mnist"):
                    raise DataError(f"{path} {error}") from error
            except OSError as error:
                raise DataError(
                    f"cannot read {path}: {error.strerror or error}; check that it may be read"
                ) from error
    return None


def _verified(part: MnistFile, packed: bytes) -> bytes:
    """Return the unpacked content of `part` (`DamagedError`: it is something else)."""
    content = unpack(packed, part.size)
    if (digest := sha256(content)) != part.sha256:
        raise DamagedError(
            f"is not MNIST's {part.name}: the SHA-256 of its content is {digest}, expected "
            f"{part.sha256}; remove it, and `lenet data fetch` brings the original"
        )
    return content


def _remove_stale(folder: Path) -> None:
    """Remove what downloads that were killed left behind."""
    for path in folder.glob(".*-ubyte*.tmp"):
        path.unlink(missing_ok=True)


def _cannot_download(why: str, target: Path) -> DataError:
    names = ", ".join(f"{part.name}.gz" for part in PARTS)
    return DataError(
        f"cannot download MNIST: {why}; put its four files ({names}) into {target} by hand, "
        "or use --data uci-digits, which needs no download"
    )


def _download(
    part: MnistFile,
    target: Path,
    mirrors: list[str],
    deadline: float,
    report: Callable[[int], None],
) -> File:
    """Write `part` to `target` from the first mirror that gives it whole.

    Parameters
    ----------
    part : MnistFile
    target : Path
        Folder to write to.
    mirrors : list of str
        Their addresses; one that fails is moved to the end.
    deadline : float
        On the clock of `time.monotonic`; past it no mirror is asked or waited for.
    report : callable
        Is called with the number of bytes of each piece that arrives, from another thread.

    Raises
    ------
    DataError
        No mirror gives it; the text names the fault of each.
    """
    faults = []
    for mirror in tuple(mirrors):
        now = time.monotonic()
        if now >= deadline:
            faults.append("no time is left")
            break
        patience = min(deadline, now + cache.GRACE + part.packed / cache.SLOWEST)
        try:
            packed = get(f"{mirror}{part.name}.gz", Received(part.size, patience, report))
            content = _verified(part, packed)
        except (ServerError, DamagedError) as error:
            fault = error if isinstance(error, ServerError) else "sent something else"
            faults.append(f"{urlsplit(mirror).netloc} {fault}")
            mirrors.remove(mirror)
            mirrors.append(mirror)
            continue
        # A mirror, or a proxy on the way, may have unpacked it.
        path = target / (f"{part.name}.gz" if packed.startswith(GZIP) else part.name)
        write_atomically(path, packed)
        return File(path, content)
    raise _cannot_download("; ".join(faults), target)

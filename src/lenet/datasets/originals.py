"""Published data sets: their files found on disk, or downloaded, and verified by digest."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from lenet.datasets import cache
from lenet.datasets.cache import Received, ServerError, cache_folder, folders, get, progress
from lenet.datasets.dataset import DIGITS, Dataset, Splits
from lenet.datasets.idx import GZIP, DamagedError, parse_images, parse_labels, unpack
from lenet.errors import DataError
from lenet.storage import LockedError, cannot_write, locked, sha256, write_atomically

T = TypeVar("T")

COUNTS = {1: "", 2: "two ", 4: "four "}  # of the files of a set, in words


@dataclass(frozen=True)
class Original:
    """A file as it was published.

    Attributes
    ----------
    name : str
        Its usual name, without `suffix`.
    packed : int
        Bytes of the published file, or about so many; they decide how long a download may take.
    size : int
        The most bytes that the file holds, packed or unpacked.
    sha256 : str
        Digest of the content, unpacked; the compression differs from copy to copy. Empty if it is
        not known.
    md5 : str
        Digest of the published file, where `sha256` is not known. Only that very file is taken.
    suffix : str
        Of a .zip, the content is not read: its members are, by whoever needs them.
    """

    name: str
    packed: int
    size: int
    sha256: str = ""
    md5: str = ""
    suffix: str = ".gz"

    @property
    def published(self) -> str:
        """The name on its server."""
        return f"{self.name}{self.suffix}"

    @property
    def label(self) -> str:
        """How errors name it."""
        return self.name if self.sha256 else self.published

    def file_names(self) -> Iterator[str]:
        """Yield the names in use, plain before gzip: plain is faster to read."""
        if not self.sha256:
            yield self.published
            return
        for name in (self.name, self.name.replace("-idx", ".idx")):
            yield name
            yield f"{name}{self.suffix}"


@dataclass(frozen=True)
class File:
    """A file on disk, verified, with its content: unpacked if it is gzip, empty if it is a zip."""

    path: Path
    content: bytes


@dataclass(frozen=True)
class Collection:
    """The files of a data set, and where they are.

    Attributes
    ----------
    name : str
        Of its folder in the user's cache.
    title : str
        As people call it.
    files : tuple of Original
        The smallest first, so that a bad mirror is noticed before much has arrived.
    mirrors : tuple of str
        Addresses of folders that hold the published files; the first is asked first.
    command : str
        What downloads it.
    substitute : str
        What to use if it cannot be had, if anything.
    subfolder : bool
        Whether its files are kept in a folder `name` of ``--data-dir`` and ``$LENET_DATA``, as
        those of another data set have the same names. A file that lies beside that folder and has
        other content is then passed over.
    """

    name: str
    title: str
    files: tuple[Original, ...]
    mirrors: tuple[str, ...]
    command: str
    substitute: str = ""
    subfolder: bool = True

    def obtain(
        self,
        data_dir: Path | None = None,
        download: bool = True,
        timeout: float | None = None,
        show_progress: bool = False,
    ) -> dict[str, File]:
        """Return the files by name, downloading those that are missing.

        They are looked for in `data_dir`, in ``$LENET_DATA`` and in the user's cache, and
        downloaded to `data_dir`, or to the cache if that is not given. A downloaded file appears
        whole and verified. If several processes start a download, one does it for all.

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
            A file in `data_dir` or ``$LENET_DATA`` is another one; files are missing and cannot be
            downloaded, or not written.
        """
        files = {part.name: file for part in self.files if (file := self._search(part, data_dir))}
        missing = [part for part in self.files if part.name not in files]
        if not missing:
            return files
        if not download:
            raise self._not_at_hand(missing[0], data_dir)
        patience = float("inf") if timeout is None else timeout
        deadline = time.monotonic() + patience
        target = self._target(data_dir)
        mirrors = list(self.mirrors)
        total = sum(part.packed for part in missing)
        try:
            target.mkdir(parents=True, exist_ok=True)
            with (
                locked(target, patience) as alone,
                progress(f"Downloading {self.title}", total, show_progress) as report,
            ):
                if alone:
                    self._remove_stale(target)
                for part in missing:
                    # Another process may have downloaded it while we waited for the lock.
                    files[part.name] = self._search(part, data_dir) or self._download(
                        part, target, mirrors, deadline, report
                    )
        except LockedError as error:
            raise self._cannot_download("another process is still at it", target) from error
        except OSError as error:
            raise cannot_write(target, error) from error
        return files

    def _target(self, data_dir: Path | None) -> Path:
        if data_dir is None:
            return cache_folder(self.name)
        return data_dir / self.name if self.subfolder else data_dir

    def _places(self, data_dir: Path | None) -> Iterator[tuple[Path, bool]]:
        """Yield the folders to look in, and whether a wrong file there is an error."""
        for folder in folders(data_dir, self.name):
            if folder == cache_folder(self.name) and folder != data_dir:
                yield folder, False  # it is ours: a damaged file counts as missing
            elif self.subfolder:
                yield folder / self.name, True
                yield folder, False
            else:
                yield folder, True

    def _search(self, part: Original, data_dir: Path | None) -> File | None:
        """Return `part` from the first folder that has it (`DataError`: it is another file)."""
        for folder, is_strict in self._places(data_dir):
            for path in (folder / name for name in part.file_names()):
                try:
                    if path.is_file():
                        return File(path, self._read(part, path))
                except DamagedError as error:
                    if is_strict:
                        raise DataError(f"{path} {error}") from error
                except OSError as error:
                    raise DataError(
                        f"cannot read {path}: {error.strerror or error}; check that it may be read"
                    ) from error
        return None

    def _read(self, part: Original, path: Path) -> bytes:
        if part.suffix != ".zip":
            return self._verified(part, path.read_bytes())
        with path.open("rb") as file:
            self._check(part, hashlib.file_digest(file, "md5").hexdigest())
        return b""

    def _verified(self, part: Original, packed: bytes) -> bytes:
        """Return the content of `part`, unpacked (`DamagedError`: it is something else)."""
        if part.sha256:
            content = unpack(packed, part.size)
            self._check(part, sha256(content))
            return content
        self._check(part, hashlib.md5(packed, usedforsecurity=False).hexdigest())
        return b"" if part.suffix == ".zip" else unpack(packed, part.size)

    def _check(self, part: Original, digest: str) -> None:
        what = "the SHA-256 of its content" if part.sha256 else "its MD5"
        expected = part.sha256 or part.md5
        if digest != expected:
            raise DamagedError(
                f"is not {self.title}'s {part.label}: {what} is {digest}, expected {expected}; "
                f"remove it, and `{self.command}` brings the original"
            )

    def _remove_stale(self, folder: Path) -> None:
        """Remove what downloads that were killed left behind."""
        for name in (name for part in self.files for name in part.file_names()):
            for path in folder.glob(f".{name}.*.tmp"):
                path.unlink(missing_ok=True)

    def _not_at_hand(self, part: Original, data_dir: Path | None) -> DataError:
        places = ", ".join(str(folder) for folder, _ in self._places(data_dir))
        substitute = f", and {self.substitute} needs no download" if self.substitute else ""
        return DataError(
            f"{self.title} is not at hand: no {part.label} in {places}; "
            f"`{self.command}` downloads it{substitute}"
        )

    def _cannot_download(self, why: str, target: Path) -> DataError:
        names = ", ".join(part.published for part in self.files)
        files = f"{COUNTS[len(self.files)]}file{'s' if len(self.files) > 1 else ''}"
        substitute = f", or use {self.substitute}, which needs no download"
        return DataError(
            f"cannot download {self.title}: {why}; put its {files} ({names}) into {target} by hand"
            f"{substitute if self.substitute else ''}"
        )

    def _download(
        self,
        part: Original,
        target: Path,
        mirrors: list[str],
        deadline: float,
        report: Callable[[int], None],
    ) -> File:
        """Write `part` to `target` from the first mirror that gives it whole.

        Parameters
        ----------
        part : Original
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
                packed = get(f"{mirror}{part.published}", Received(part.size, patience, report))
                content = self._verified(part, packed)
            except (ServerError, DamagedError) as error:
                fault = error if isinstance(error, ServerError) else "sent something else"
                faults.append(f"{urlsplit(mirror).netloc} {fault}")
                mirrors.remove(mirror)
                mirrors.append(mirror)
                continue
            # A mirror, or a proxy on the way, may have unpacked a file whose content is known.
            is_plain = part.sha256 and not packed.startswith(GZIP)
            path = target / (part.name if is_plain else part.published)
            write_atomically(path, packed)
            return File(path, content)
        raise self._cannot_download("; ".join(faults), target)


def parsed(file: File, parse: Callable[[bytes], T]) -> T:
    """Parse a file (`DataError`: it is damaged; the text begins with its path)."""
    try:
        return parse(file.content)
    except DamagedError as error:
        raise DataError(f"{file.path} {error}") from error


def read_splits(
    name: str,
    files: Mapping[str, File],
    *,
    parts: tuple[str, str] = ("train", "t10k"),
    labels: str = "labels-idx1-ubyte",
    parse: Callable[[bytes], NDArray[np.int64]] = parse_labels,
    classes: tuple[str, ...] = DIGITS,
) -> Splits:
    """Return what is in two files of images and two of labels, named as MNIST's are.

    Parameters
    ----------
    name : str
        Of the source.
    files : mapping of str to File
        By name, as `Collection.obtain` returns them.
    parts : pair of str
        How the names begin, of the files to train and to test on.
    labels : str
        How those of labels end.
    parse : callable
        Makes labels, int64 (n,), of the content of a file of labels.
    classes : tuple of str

    Raises
    ------
    DataError
        A file is damaged.
    """
    train, test = (
        Dataset(
            name,
            parsed(files[f"{part}-images-idx3-ubyte"], parse_images),
            parsed(files[f"{part}-{labels}"], parse),
            classes,
        )
        for part in parts
    )
    return Splits(train, test)

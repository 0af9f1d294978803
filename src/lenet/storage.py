"""Files on disk: written whole or not at all, verified by digest, locked; never executable code."""

import contextlib
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenet.errors import DataError, ModelError

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

POLL_SECONDS = 0.1  # between attempts to take a lock: too short to notice


class LockedError(Exception):
    """Another process holds a lock."""


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to a temporary name beside `path`, fsync, rename, fsync the folder.

    Raises
    ------
    DataError
        The disk refused; the old file at `path` is unchanged.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        fsync_folder(path.parent)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        # The temporary file still exists only if the write failed or was interrupted.
        with contextlib.suppress(OSError):
            temporary.unlink()


def sha256(content: bytes) -> str:
    """Return the SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def weights_digest(weights: Mapping[str, "NDArray[Any]"]) -> str:
    """Return the SHA-256 of names, dtypes, shapes and bytes, sorted by name.

    A safetensors file cannot be hashed directly: the order of its header varies.
    """
    digest = hashlib.sha256()
    for name, array in sorted(weights.items()):
        digest.update(f"{name} {array.dtype} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def safetensors_bytes(tensors: Mapping[str, "torch.Tensor"], facts: Mapping[str, Any]) -> bytes:
    """Return the bytes to store: a safetensors file with `facts` as JSON and a digest of all."""
    from safetensors.numpy import save

    arrays = {name: tensor.detach().cpu().contiguous().numpy() for name, tensor in tensors.items()}
    text = json.dumps(facts)
    return bytes(save(arrays, {"lenet": text, "sha256": _seal(arrays, text)}))


def read_arrays(path: Path) -> tuple[dict[str, "NDArray[Any]"], dict[str, Any]]:
    """Return the arrays and facts in a file made by `safetensors_bytes`, without torch.

    Raises
    ------
    ModelError
        The file is missing, broken or altered, or was not made by lenet.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            text, expected = metadata["lenet"], metadata["sha256"]
        facts = json.loads(text)
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise ModelError(f"{path} is broken or was not made by lenet; train again") from error
    if _seal(arrays, text) != expected:
        raise ModelError(f"{path} was altered: its digest differs; restore it or train again")
    return arrays, facts


def read_tensors(path: Path) -> tuple[dict[str, "torch.Tensor"], dict[str, Any]]:
    """Like `read_arrays`, but returns torch tensors."""
    import torch

    arrays, facts = read_arrays(path)
    return {name: torch.from_numpy(array) for name, array in arrays.items()}, facts


@contextlib.contextmanager
def locked(folder: Path, timeout: float = 0.0) -> Iterator[bool]:
    """Lock `folder` against other processes that call this; the lock ends with our process.

    Parameters
    ----------
    folder : Path
    timeout : float
        Seconds to wait if another process holds the lock.

    Yields
    ------
    bool
        Whether it is locked. Some file systems have no locks, and Windows cannot lock folders.

    Raises
    ------
    LockedError
        Another process still holds the lock.
    OSError
        The folder cannot be opened.
    """
    if sys.platform == "win32":
        yield False
        return
    deadline = time.monotonic() + timeout
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield _lock(descriptor, deadline)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, deadline: float) -> bool:
    """Wait for the lock; return False if the file system has no locks."""
    from filelock import lock_descriptor

    try:
        while not lock_descriptor(descriptor, blocking=False):
            if time.monotonic() >= deadline:
                raise LockedError
            time.sleep(POLL_SECONDS)
    except OSError:
        return False
    return True


def _seal(arrays: Mapping[str, "NDArray[Any]"], text: str) -> str:
    return sha256(f"{weights_digest(arrays)} {text}".encode())


def fsync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power cut."""
    if os.name == "nt":  # Windows has no such call and does not need it
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def cannot_write(path: Path, error: OSError) -> DataError:
    """Return the error to raise if `path` cannot be written."""
    return DataError(
        f"cannot write {path}: {error.strerror or error}; free some space or choose another place"
    )

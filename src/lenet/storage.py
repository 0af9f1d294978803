"""Bytes on disk: written whole or not at all, told apart by digest, with no code inside."""

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lenet.errors import DataError, ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to a temporary name beside `path`, fsync, rename, fsync the folder.

    Raises
    ------
    DataError
        The disk refused; what was at `path` before is untouched.
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
        raise cannot_write(path, error) from None
    finally:
        # Nothing is there any more unless the writing failed or was interrupted; what cannot be
        # removed was never made.
        with contextlib.suppress(OSError):
            temporary.unlink()


def sha256(content: bytes) -> str:
    """Return the SHA-256 of `content` in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def weights_digest(weights: Mapping[str, "NDArray[Any]"]) -> str:
    """Return the SHA-256 over names, dtypes, shapes and bytes in sorted order.

    The digest of a safetensors file would not do: the order of its header varies.
    """
    digest = hashlib.sha256()
    for name, array in sorted(weights.items()):
        digest.update(f"{name} {array.dtype} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def safetensors_bytes(tensors: Mapping[str, Any], facts: Mapping[str, Any]) -> bytes:
    """Return a safetensors file of torch `tensors`, with `facts` as JSON and a digest of both."""
    from safetensors.torch import save

    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    text = json.dumps(facts)
    return bytes(save(contiguous, {"lenet": text, "sha256": _seal(contiguous, text)}))


def read_arrays(path: Path) -> tuple[dict[str, "NDArray[Any]"], dict[str, Any]]:
    """Return the arrays and the facts of a file that `safetensors_bytes` made; needs no torch.

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
    if sha256(f"{weights_digest(arrays)} {text}".encode()) != expected:
        raise ModelError(f"{path} was altered, its digest does not fit: restore it or train again")
    return arrays, facts


def read_safetensors(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the torch tensors and the facts of a file that `safetensors_bytes` made.

    Raises
    ------
    ModelError
        The file is broken, was altered, or is not ours.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            text, expected = metadata["lenet"], metadata["sha256"]
        facts = json.loads(text)
    except (SafetensorError, OSError, KeyError, ValueError):
        raise ModelError(f"{path} is broken or was not made by lenet; train again") from None
    if _seal(tensors, text) != expected:
        raise ModelError(f"{path} was altered, its digest does not fit: restore it or train again")
    return tensors, facts


@contextlib.contextmanager
def held_alone(folder: Path) -> Iterator[None]:
    """Hold `folder` against every other process that asks for it in the same way.

    The system lets go of it when the process ends, however it ends.

    Raises
    ------
    ModelError
        Another process holds it.
    """
    if sys.platform == "win32":  # no such lock there
        yield
        return
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # A file system without locks raises another error, and then there is nothing to hold.
        with contextlib.suppress(OSError):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ModelError(
                    f"another process is training in {folder}: wait for it, or stop it first"
                ) from None
        yield
    finally:
        os.close(descriptor)


def _seal(tensors: Mapping[str, Any], text: str) -> str:
    arrays = {name: tensor.numpy() for name, tensor in tensors.items()}
    return sha256(f"{weights_digest(arrays)} {text}".encode())


def fsync_folder(folder: Path) -> None:
    """Make the names in `folder` outlive a power cut."""
    if os.name == "nt":  # Windows has no such call and does not need it
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def cannot_write(path: Path, error: OSError) -> DataError:
    """Return the error for a `path` that the disk refused to take."""
    return DataError(
        f"cannot write {path}: {error.strerror or error}; free some space or choose another place"
    )

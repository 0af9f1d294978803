"""Bytes on disk: written whole or not at all, told apart by digest, never a pickle."""

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
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
        _fsync_folder(path.parent)
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
    """Return a safetensors file of torch `tensors`, with `facts` as JSON under one metadata key."""
    from safetensors.torch import save

    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    return bytes(save(contiguous, {"lenet": json.dumps(facts)}))


def read_safetensors(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the torch tensors and the facts of a file that `safetensors_bytes` made.

    Raises
    ------
    ModelError
        The file is broken or not ours.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads((file.metadata() or {})["lenet"])
            return {name: file.get_tensor(name) for name in file.keys()}, facts  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, ValueError):
        raise ModelError(f"{path} is broken or was not made by lenet; train again") from None


def _fsync_folder(folder: Path) -> None:
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

"""Whether a key occurs twice among any number of keys, in bounded memory."""

import hashlib
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from typing import Self

import numpy as np

BUCKETS = 256  # of a billion keys each holds 63 MB, one at a time
IN_MEMORY = 1 << 18  # bytes of a bucket, before it goes into a file
DIGEST = 16  # bytes: among a billion keys two digests are equal with probability 1e-21


class Distinct:
    """Collects keys and finds those that were added more than once.

    Only digests are kept, in temporary files that have no name.

    Examples
    --------
    >>> with Distinct() as keys:
    ...     for key in ("a", "b", "a"):
    ...         keys.add(key)
    ...     keys.repeated(iter(("a", "b", "a")))
    'a'
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._buckets = [
            self._stack.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115
            for _ in range(BUCKETS)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self._stack.close()

    def add(self, key: str) -> None:
        """Add a key."""
        digest = _digest(key)
        self._buckets[digest[0]].write(digest)

    def repeated(self, keys: Iterable[str]) -> str | None:
        """Return one that was added twice, None if none was; `keys` are all of them once more."""
        twice: set[bytes] = set()
        for bucket in self._buckets:
            bucket.seek(0)
            halves = np.frombuffer(bucket.read(), "<u8").reshape(-1, DIGEST // 8)
            halves = halves[np.lexsort(halves.T)]
            equal = (halves[1:] == halves[:-1]).all(1)
            twice |= {half.tobytes() for half in halves[1:][equal][:1]}
        if not twice:
            return None
        return next(key for key in keys if _digest(key) in twice)


def _digest(key: str) -> bytes:
    return hashlib.blake2b(key.encode("utf-8", "surrogateescape"), digest_size=DIGEST).digest()

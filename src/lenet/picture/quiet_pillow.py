"""Pillow at work on files that nobody can trust: no warnings, and one error for all its own."""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from lenet.errors import PictureError


@contextmanager
def quiet_pillow(fault: str) -> Iterator[None]:
    """Let Pillow work without its warnings, and say `fault` for whatever it raises.

    On damaged bytes it raises nearly anything, with memory addresses in the text.

    Raises
    ------
    PictureError
        Pillow raised something.
    """
    with _quiet:
        try:
            yield
        except Exception as error:
            raise PictureError(fault) from error


class _Quiet:
    """Drops Pillow's warnings while any thread is inside; `catch_warnings` alone is for one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._kept = warnings.catch_warnings()
                self._kept.__enter__()
                warnings.filterwarnings("ignore", module="PIL")

    def __exit__(self, *_raised: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._kept.__exit__(None, None, None)


_quiet = _Quiet()

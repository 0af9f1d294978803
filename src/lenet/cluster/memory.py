"""A reader's memory: small, and the same from the first page to the last."""

import contextlib
import ctypes
import sys
from importlib.abc import MetaPathFinder

from lenet.runtime import share_memory

M_ARENA_MAX = -8  # in malloc.h of glibc


def keep_it_small() -> None:
    """Make the networks of this process share their memory, and its threads one heap.

    Reading forms of 580×830, a process then holds 40 MB more than before its first page, instead of
    140, and takes no longer: by itself glibc gives each thread a heap of its own, and each network
    keeps the most that it ever needed, rounded up to a power of two.
    """
    share_memory()
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def without_pandas() -> None:
    """Keep pandas out of a process that is all ours: PyArrow imports it where it is installed.

    It takes 30 MB, only to tell that a list of rows is not of pandas.
    """
    sys.meta_path.insert(0, _NoPandas())


class _NoPandas(MetaPathFinder):
    def find_spec(self, name: str, _path: object, _target: object = None, /) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(f"lenet keeps {name} out of this process", name=name)

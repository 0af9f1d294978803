"""The kinds of error, one class for each exit code.

Every message is one line that says what is wrong, what was found, and what to do next. Only
`lenet.cli` turns these into text on stderr and an exit status.
"""

import os
from collections.abc import Iterable
from difflib import get_close_matches


class LeNetError(Exception):
    """One line: what is wrong, what was found, and what to do next."""

    exit_code = 1


class OutcomeError(LeNetError):
    """The work was done, but its outcome is not acceptable: diverged, regressed."""

    exit_code = 1


class UsageError(LeNetError):
    """An unknown option, recipe, model or layer, or a value out of range."""

    exit_code = 2


class PictureError(LeNetError):
    """A picture could not be read."""

    exit_code = 3


class DataError(LeNetError):
    """Data, the network, a database, the disk or an output path failed."""

    exit_code = 4


class ModelError(LeNetError):
    """A model file or run folder is missing, broken or altered."""

    exit_code = 5


class ServeError(LeNetError):
    """The service cannot start."""

    exit_code = 6


def debugging() -> bool:
    """Tell whether ``LENET_DEBUG`` asks for the tracebacks of errors."""
    return os.environ.get("LENET_DEBUG", "") not in ("", "0")


def suggest(name: str, known: Iterable[str]) -> str:
    """Return the end of an error message: the known names like `name`, or all of them.

    >>> suggest("lenet-5", ["lenet5", "fast"])
    'did you mean lenet5?'
    >>> suggest("zebra", ["lenet5", "fast"])
    'there are: lenet5, fast'
    """
    names = list(known)
    if matches := get_close_matches(name, names, n=2):
        return f"did you mean {' or '.join(matches)}?"
    return f"there are: {', '.join(names)}" if names else "there are none"

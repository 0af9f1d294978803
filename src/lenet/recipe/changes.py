"""Changes to a recipe, as one writes them on the command line."""

import tomllib
from typing import Any

from lenet.errors import UsageError


def parse_changes(words: list[str]) -> dict[str, Any]:
    """Turn words like ``epochs=3`` into fields of a recipe.

    A value is read as TOML where it is TOML and as a plain string otherwise, so both
    ``learning_rate=1e-3`` and ``optimizer=sgd`` need no quotes.

    >>> parse_changes(["epochs=3", "optimizer=sgd", 'data=["mnist", "uci-digits"]'])
    {'epochs': 3, 'optimizer': 'sgd', 'data': ['mnist', 'uci-digits']}
    """
    changes = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--set takes field=value, found {word!r}; for example --set epochs=3")
        try:
            table = tomllib.loads(f"value = {value}")
        except (ValueError, RecursionError):
            table = {}
        # A value with a line break in it would bring fields of its own along.
        changes[name.strip()] = table["value"] if len(table) == 1 else value.strip()
    return changes

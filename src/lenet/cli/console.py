"""Where words go: results to stdout as they are, talk to stderr."""

import json
import sys
from typing import Any

from rich.console import Console

# soft_wrap: a line stays a line, however narrow the terminal; markup and highlight off: a file
# called [red] is a file called [red].
out = Console(soft_wrap=True, markup=False, emoji=False, highlight=False)
err = Console(stderr=True, soft_wrap=True, markup=False, emoji=False, highlight=False)


def print_json(value: Any) -> None:
    """Print `value` to stdout as one line of JSON."""
    sys.stdout.write(json_line(value) + "\n")


def json_line(value: Any) -> str:
    """Return `value` as JSON for stdout; floats keep every digit they have."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:  # it would be escaped in a way that is no JSON
        return json.dumps(value)
    # Some characters of a name would command a terminal.
    return text if text.isprintable() else json.dumps(value)

"""Write docs/cli.md, the reference of the command line, from what `--help` prints.

python tools/reference.py            write it
python tools/reference.py --check    exit with 1 if it is out of date
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from typer import rich_utils
from typer.testing import CliRunner

from lenet.cli import app
from lenet.storage import write_atomically

PAGE = Path(__file__).parent.parent / "docs/cli.md"
INTRODUCTION = """# The command line

Each command as its `--help` describes it. Written by `make reference`; do not edit.
"""


# Whatever terminal this runs in.
rich_utils.MAX_WIDTH = 80
rich_utils.COLOR_SYSTEM = None
rich_utils.FORCE_TERMINAL = False


def commands(command: object, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of a command and, depth first, of each command below it."""
    yield words
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*words, name))


def help_of(words: tuple[str, ...]) -> str:
    """Return what ``lenet WORDS --help`` prints.

    Raises
    ------
    RuntimeError
        The command failed.
    """
    result = CliRunner().invoke(app, [*words, "--help"], prog_name="lenet")
    if result.exit_code:
        raise RuntimeError(f"lenet {' '.join(words)} --help failed: {result.output}")
    return "\n".join(line.rstrip() for line in result.output.strip("\n").splitlines()).strip("\n")


def reference() -> str:
    """Return the page: a section for each command."""
    sections = [
        f"## {' '.join(('lenet', *words))}\n\n```text\n{help_of(words)}\n```\n"
        for words in commands(typer.main.get_command(app))
    ]
    return "\n".join([INTRODUCTION, *sections])


def main() -> None:
    """Write the page, or check it."""
    parser = argparse.ArgumentParser(description="Write docs/cli.md from the help texts.")
    parser.add_argument("--check", action="store_true", help="only say whether it is current")
    if not parser.parse_args().check:
        write_atomically(PAGE, reference().encode())
    elif not PAGE.exists() or PAGE.read_text("utf-8") != reference():
        sys.exit("docs/cli.md differs from the help texts: run `make reference`")


if __name__ == "__main__":
    main()

"""Run a command and draw its output as an SVG of a terminal, for the docs.

python tools/draw_terminal.py docs/demo.svg -- lenet demo
"""

import argparse
import io
import re
import subprocess
from pathlib import Path

from rich.console import Console
from rich.text import Text

WIDTH = 96  # columns
# Replaces Rich's font, which would be loaded from the network.
FONT = 'font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace;'


def draw(command: list[str], title: str) -> str:
    """Return an SVG of `command` and its output."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {' '.join(command)}", style="bold"))
    console.print(Text(done.stdout.rstrip()))
    svg = console.export_svg(title=title)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    return svg.replace("font-family: Fira Code, monospace;", FONT)


def main() -> None:
    """Draw one picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("picture", type=Path, help="SVG file to write")
    parser.add_argument("command", nargs="+", help="command to run")
    arguments = parser.parse_args()
    arguments.picture.write_text(draw(arguments.command, "lenet"), "utf-8")


if __name__ == "__main__":
    main()

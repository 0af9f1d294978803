"""The command line: the only room that parses words, prints and exits."""

from lenet.cli.program import app, main

__all__ = ["app", "main"]

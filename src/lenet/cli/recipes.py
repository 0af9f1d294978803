"""`lenet recipes`."""

from typing import Annotated

import typer

from lenet.cli.console import out, print_json


def recipes(
    as_json: Annotated[bool, typer.Option("--json", help="Print them whole, as JSON.")] = False,
) -> None:
    """List the built-in recipes."""
    from lenet.recipe import Recipe, builtin_names

    known = [Recipe.load(name) for name in builtin_names()]
    if as_json:
        print_json([recipe.model_dump() for recipe in known])
        return
    width = max(len(recipe.name) for recipe in known)
    for recipe in known:
        out.print(f"{recipe.name:{width}}  {recipe.epochs:3} epochs  {recipe.about}")

"""`lenet recipes`."""

from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lenet.cli.console import out, print_json

if TYPE_CHECKING:
    from lenet.recipe import Recipe

INDENT = 4


def recipes(
    name: Annotated[
        str | None,
        typer.Argument(help="A recipe to print whole, as TOML: built in, or a file of yours."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print them whole, as JSON.")] = False,
) -> None:
    """List the built-in recipes: what they cost, and what they reached on MNIST.

    With a NAME, print that one as TOML; a changed copy is a recipe for `lenet train --recipe`.
    """
    from lenet.recipe import Recipe, builtin_names

    if name is not None:
        chosen = Recipe.load(name)
        if as_json:
            print_json(_facts(chosen))
        else:
            out.print(_toml(chosen, builtin=name in builtin_names()), end="")
        return
    known = [Recipe.load(each) for each in builtin_names()]
    if as_json:
        print_json([_facts(recipe) for recipe in known])
    else:
        _print(known)


def _toml(recipe: "Recipe", *, builtin: bool) -> str:
    """Return a built-in recipe with the comments that say where it comes from."""
    from importlib import resources

    if not builtin:
        return recipe.to_toml()
    return resources.files("lenet").joinpath(f"recipes/{recipe.name}.toml").read_text("utf-8")


def _facts(recipe: "Recipe") -> dict[str, Any]:
    from lenet.recipe.measured import costs, outcome

    cost, reached = costs(recipe.model), outcome(recipe)
    measured = reached and {
        "data": "mnist",
        **reached._asdict(),
        "accuracy": reached.accuracy,
        "accuracy_sd": reached.accuracy_sd,
    }
    return {
        **recipe.model_dump(),
        "parameters": cost and cost.parameters,
        "multiply_adds": cost and cost.multiply_adds,
        "measured": measured,
    }


def _print(known: "list[Recipe]") -> None:
    heading = ("recipe", "parameters", "multiply-adds", "epochs", "accuracy (seeds)")
    rows = [heading, *map(_cells, known)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    room = out.width if out.is_terminal else None  # a line that goes into a file stays whole
    if room and sum(widths) + 2 * (len(widths) - 1) > room:
        _print_narrow(heading, known, room)
    else:
        for row, recipe in zip(rows, [None, *known], strict=True):
            numbers = (f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
            out.print("  ".join([f"{row[0]:<{widths[0]}}", *numbers]), style=_style(recipe))
            if recipe:
                _print_indented([_about(recipe)], room)
    out.print()
    for line in _footnote(known):
        out.print("\n".join(wrap(line, room) if room else [line]))


def _print_narrow(heading: tuple[str, ...], known: "list[Recipe]", room: int) -> None:
    for recipe in known:
        name, *numbers = _cells(recipe)
        out.print(name, style=_style(recipe))
        facts = [f"{what}: {cell}" for what, cell in zip(heading[1:], numbers, strict=True)]
        _print_indented([_about(recipe), *facts], room)


def _print_indented(lines: list[str], room: int | None) -> None:
    for line in lines:
        for piece in wrap(line, max(20, room - INDENT)) if room else [line]:
            out.print(" " * INDENT + piece)


def _style(recipe: "Recipe | None") -> str:
    return "bold" if recipe else "dim"


def _cells(recipe: "Recipe") -> tuple[str, ...]:
    from lenet.recipe.measured import costs, outcome

    cost, reached = costs(recipe.model), outcome(recipe)
    return (
        recipe.name,
        f"{cost.parameters:,}" if cost else "–",
        f"{cost.multiply_adds:,}" if cost else "–",
        f"{'≤ ' if recipe.patience else ''}{recipe.epochs}",
        _accuracy(reached.accuracy, reached.accuracy_sd, reached.seeds) if reached else "–",
    )


def _accuracy(mean: float, sd: float | None, seeds: int) -> str:
    spread = "" if sd is None else f" ± {100 * sd:.2f}"
    return f"{100 * mean:.2f}{spread} % ({seeds})"


def _about(recipe: "Recipe") -> str:
    # A recipe without an architecture of its own says whose it trains.
    return recipe.about + ("" if recipe.model == recipe.name else f"; network {recipe.model}")


def _footnote(known: "list[Recipe]") -> list[str]:
    from lenet.recipe.measured import outcome

    reached = [found for recipe in known if (found := outcome(recipe))]
    lines = []
    if reached:
        lines.append(
            f"Accuracy: of MNIST's {reached[0].total:,} test images, mean ± standard deviation "
            f"over so many seeds, measured until {max(each.date for each in reached)}; –: not "
            "measured."
        )
    return [
        *lines,
        "Its layers: lenet show model NETWORK, named as the recipe unless it says otherwise. "
        "One recipe whole: lenet recipes NAME. Train it: lenet train --recipe NAME.",
    ]

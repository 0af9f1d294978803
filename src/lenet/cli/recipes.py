"""`lenet recipes`: list the built-in recipes, or print one."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from lenet.cli.console import out, print_json, print_table
from lenet.cli.options import Json

if TYPE_CHECKING:
    from lenet.recipe import Recipe


def recipes(
    name: Annotated[
        str | None,
        typer.Argument(help="Recipe to print in full: a built-in one, or path of a .toml file."),
    ] = None,
    as_json: Json = False,
) -> None:
    """List the built-in recipes: what they cost, and what they reached on MNIST.

    With a NAME, print that one as TOML; a changed copy is a recipe for `lenet train --recipe`.
    """
    from lenet.recipe import Recipe, builtin_names

    if name is not None:
        recipe = Recipe.load(name)
        if as_json:
            print_json(_to_dict(recipe))
        else:
            out.print(_toml(recipe, builtin=name in builtin_names()), end="")
        return
    builtin = [Recipe.load(each) for each in builtin_names()]
    if as_json:
        print_json([_to_dict(recipe) for recipe in builtin])
    else:
        _print_list(builtin)


def _toml(recipe: "Recipe", *, builtin: bool) -> str:
    """Return a recipe as TOML; a built-in one keeps its comments."""
    from lenet.recipe import builtin_toml

    return builtin_toml(recipe.name) if builtin else recipe.to_toml()


def _to_dict(recipe: "Recipe") -> dict[str, Any]:
    from lenet.recipe import measured_outcome, network_costs

    cost, outcome = network_costs(recipe.model), measured_outcome(recipe)
    measured = outcome and {
        "data": "mnist",
        **outcome._asdict(),
        "accuracy": outcome.accuracy,
        "accuracy_sd": outcome.accuracy_sd,
    }
    return {
        **recipe.model_dump(),
        "parameters": cost and cost.parameters,
        "multiply_adds": cost and cost.multiply_adds,
        "measured": measured,
    }


def _print_list(recipes: "list[Recipe]") -> None:
    from lenet.recipe import measured_outcome

    heading = ("recipe", "parameters", "multiply-adds", "epochs", "accuracy (seeds)")
    print_table(heading, [_cells(recipe) for recipe in recipes])
    out.print()
    print_table(("", ""), [(recipe.name, _description(recipe)) for recipe in recipes], text=2)
    outcomes = [outcome for recipe in recipes if (outcome := measured_outcome(recipe))]
    if outcomes:
        _print_paragraph(
            f"Accuracy: on MNIST's {outcomes[0].total:,} test images, mean ± standard deviation "
            f"over the seeds, last measured on {max(each.date for each in outcomes)}; –: not "
            "measured."
        )
    _print_paragraph(
        "Show a network's layers: lenet show model NETWORK (named like the recipe unless given). "
        "Print a recipe: lenet recipes NAME. Train it: lenet train --recipe NAME."
    )


def _print_paragraph(text: str) -> None:
    out.print()
    out.print(text, soft_wrap=not out.is_terminal)


def _cells(recipe: "Recipe") -> tuple[str, ...]:
    from lenet.recipe import measured_outcome, network_costs

    cost, outcome = network_costs(recipe.model), measured_outcome(recipe)
    return (
        recipe.name,
        f"{cost.parameters:,}" if cost else "–",
        f"{cost.multiply_adds:,}" if cost else "–",
        f"{'≤ ' if recipe.patience else ''}{recipe.epochs}",
        _accuracy(outcome.accuracy, outcome.accuracy_sd, outcome.seeds) if outcome else "–",
    )


def _accuracy(mean: float, sd: float | None, seeds: int) -> str:
    spread = "" if sd is None else f" ± {100 * sd:.2f}"
    return f"{100 * mean:.2f}{spread} % ({seeds})"


def _description(recipe: "Recipe") -> str:
    # Some recipes train a network that is not named like them.
    return recipe.about + ("" if recipe.model == recipe.name else f"; network {recipe.model}")

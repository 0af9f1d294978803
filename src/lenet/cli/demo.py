"""`lenet demo`: the main job in one go."""

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lenet.cli.console import err, out
from lenet.cli.progress import progress
from lenet.errors import DataError

if TYPE_CHECKING:
    from lenet.recipe import Recipe
    from lenet.run import Run

PATIENCE = 15.0  # seconds that a download of MNIST may take before the demo goes on without it


def demo(
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder in which MNIST is looked for first.")
    ] = None,
    runs: Annotated[Path, typer.Option(help="Folder in which the run folder is made.")] = Path(
        "runs"
    ),
) -> None:
    """Train a LeNet-5, score it, and read a few pictures with it; under two minutes on 2 cores."""
    out.print("1. Data")
    recipe = _recipe_for_what_is_there(data_dir)

    out.print(f"\n2. Training {recipe.model} for {recipe.epochs} epochs")
    from lenet import experiment

    with progress() as watcher:
        run = experiment.train(recipe, runs=runs, data_dir=data_dir, watcher=watcher)

    from lenet.evaluation import read_scores
    from lenet.metrics import rate
    from lenet.run import REPORT

    out.print("\n3. Scores on digits the network had never seen")
    scores = read_scores(run)["test"]
    out.print(f"   {scores.summary()}, {rate(scores.accuracy)} right")

    out.print("\n4. Reading pictures")
    right, pictures = _read_pictures(run)

    out.print(
        f"\nReached: {rate(scores.accuracy)} on {scores.total:,} test digits, "
        f"{right} of {pictures} pictures read, in {run.manifest.seconds:.0f} s of training."
    )
    out.print(f"All about it on one page: {run.folder / REPORT}. What to try next:")
    steps = {
        f"lenet evaluate {run.folder}": "every score, class by class",
        f"lenet predict --model {run.folder} PICTURE": "read a picture of your own",
        f"lenet show model {recipe.model}": "the network, layer by layer",
        f"lenet train --data {recipe.data[0]} --set epochs=20 --seed 1": "train another one",
    }
    width = max(map(len, steps))
    for command, what in steps.items():
        out.print(f"   {command:{width}}  {what}")


def _recipe_for_what_is_there(data_dir: Path | None) -> "Recipe":
    """Return the recipe for MNIST where it can be had soon, else for the embedded digits."""
    from lenet import datasets
    from lenet.recipe import Recipe

    recipe = Recipe.load("lenet5")
    try:
        mnist = datasets.load("mnist", data_dir, timeout=PATIENCE, show_progress=True)
    except DataError as error:
        err.print(f"   {error}")
        out.print("   So this demo takes the 1,797 small digits that come with scikit-learn.")
        # So few digits make few steps: smaller batches, more epochs.
        small = {"name": "demo", "data": "uci-digits", "epochs": 20, "batch": 32}
        return recipe.with_changes(small)
    out.print(f"   MNIST: {len(mnist.train):,} digits to learn from, {len(mnist.test):,} to test")
    return recipe.with_changes({"name": "demo", "epochs": 6})


def _read_pictures(run: "Run") -> tuple[int, int]:
    """Read the pictures in the package, each named by its digit; return right ones and all."""
    from lenet.reader import Reader, percent

    reader = Reader(run.folder)
    folder = resources.files("lenet").joinpath("pictures")
    pictures = sorted(p.name for p in folder.iterdir() if p.name.endswith(".png"))
    right = 0
    for name in pictures:
        reading = reader.read(folder.joinpath(name).read_bytes())
        sure = percent(reading.digits[0].probability) if reading.digits else reading.status
        mark = "✓" if reading.text == name[0] else "✗"
        right += reading.text == name[0]
        out.print(f"   {mark} {name:28} {reading.text or '-'}  {sure}")
    return right, len(pictures)

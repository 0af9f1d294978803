"""`lenet demo`: train, score and read, in one go."""

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from lenet.cli.console import err, out, print_table
from lenet.cli.options import DataDir, Runs
from lenet.errors import DataError

if TYPE_CHECKING:
    from lenet.recipe import Recipe
    from lenet.run import Run

PATIENCE = 15.0  # seconds for the download of MNIST before the demo goes on without it


def demo(data_dir: DataDir = None, runs: Runs = Path("runs")) -> None:
    """Train a LeNet-5, score it, and read a few pictures; takes two minutes on 2 cores."""
    out.print("1. Data")
    recipe = _recipe_for_available_data(data_dir)

    out.print(f"\n2. Training {recipe.model} for {recipe.epochs} epochs")
    from lenet import experiment
    from lenet.cli.progress import show_training

    with show_training() as watcher:
        run = experiment.train(recipe, runs=runs, data_dir=data_dir, watcher=watcher)

    from lenet.evaluation import read_scores
    from lenet.metrics import rate
    from lenet.run import REPORT

    out.print("\n3. Scores on digits the network has never seen")
    scores = read_scores(run)["test"]
    out.print(f"   {scores.summary()}, {rate(scores.accuracy)} right")

    out.print("\n4. Reading pictures")
    right, pictures = _read_pictures(run)

    out.print(
        f"\nReached: {rate(scores.accuracy)} on {scores.total:,} test digits, "
        f"{right} of {pictures} pictures read, in {run.manifest.seconds:.0f} s of training."
    )
    out.print(f"Everything about this run on one page: {run.folder / REPORT}. What to try next:")
    steps = [
        (f"   lenet evaluate {run.folder}", "every score, class by class"),
        (f"   lenet predict --model {run.folder} PICTURE", "read a picture of your own"),
        (f"   lenet show model {recipe.model}", "the network, layer by layer"),
        (f"   lenet train --data {recipe.data[0]} --set epochs=20 --seed 1", "train another one"),
    ]
    print_table(("", ""), steps, text=2)


def _recipe_for_available_data(data_dir: Path | None) -> "Recipe":
    """Return the recipe for MNIST if it can be had soon, else for the digits of scikit-learn."""
    from lenet import datasets
    from lenet.recipe import Recipe

    recipe = Recipe.load("lenet5")
    try:
        mnist = datasets.load("mnist", data_dir, timeout=PATIENCE, show_progress=True)
    except DataError as error:
        err.print(f"   {error}")
        out.print("   So this demo uses the 1,797 small digits that come with scikit-learn.")
        # Few digits: smaller batches and more epochs, for enough steps.
        small = {"name": "demo", "data": "uci-digits", "epochs": 20, "batch": 32}
        return recipe.with_changes(small)
    out.print(f"   MNIST: {len(mnist.train):,} digits to train on, {len(mnist.test):,} to test")
    return recipe.with_changes({"name": "demo", "epochs": 6})


def _read_pictures(run: "Run") -> tuple[int, int]:
    """Read the pictures of the package; return how many are right, and how many there are."""
    from lenet.reader import Reader, percent

    reader = Reader(run.folder)
    folder = resources.files("lenet").joinpath("pictures")
    pictures = sorted(p.name for p in folder.iterdir() if p.name.endswith(".png"))
    rows, right = [], 0
    for name in pictures:
        reading = reader.read(folder.joinpath(name).read_bytes())
        probability = percent(reading.digits[0].probability) if reading.digits else reading.status
        is_right = reading.text == name[0]
        rows.append((f"   {'✓' if is_right else '✗'} {name}", reading.text or "-", probability))
        right += is_right
    print_table(("", "", ""), rows, text=3)
    return right, len(pictures)

"""`lenet train`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lenet.cli.console import err, out, print_json
from lenet.cli.progress import progress
from lenet.errors import OutcomeError, UsageError

if TYPE_CHECKING:
    from lenet.run import Run


def train(
    recipe: Annotated[
        str, typer.Option(help="Name of a built-in recipe, or a file that ends in .toml.")
    ] = "lenet5",
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="FIELD=VALUE", help="Change a field of the recipe."),
    ] = None,
    data: Annotated[
        list[str] | None,
        typer.Option(help="Data to train on instead of the recipe's; may be said several times."),
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder in which MNIST is looked for first.")
    ] = None,
    start_from: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Begin with the weights of a shipped model or a run."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of everything random.")] = None,
    device: Annotated[
        str | None, typer.Option(help="auto, cpu, cuda or mps; auto if not said.")
    ] = None,
    runs: Annotated[Path, typer.Option(help="Folder in which the run folder is made.")] = Path(
        "runs"
    ),
    resume: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Go on with a run that was stopped.")
    ] = None,
    report: Annotated[
        bool, typer.Option(help="Draw the figures and the report page; takes some seconds.")
    ] = True,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write events for TensorBoard into the run too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Train a network, score it on its test set once, and leave a run folder."""
    from lenet.recipe import Recipe, parse_changes

    asked = parse_changes(changes or [])
    if data:
        asked["data"] = data
    if start_from is not None:
        asked["start_from"] = start_from
    if seed is not None:
        asked["seed"] = seed
    if resume and (asked or recipe != "lenet5" or runs != Path("runs")):
        raise UsageError(
            "--resume goes on with the run's own recipe in its own folder: "
            "leave out --recipe, --set, --data, --start-from, --seed and --runs"
        )
    intended = None if resume else Recipe.load(recipe).with_changes(asked)

    from lenet import experiment

    with progress() as shown:
        watcher = shown
        if tensorboard:
            from lenet.training.watching import TensorBoard

            watcher = TensorBoard(shown)
        if intended is None:
            assert resume is not None
            run = experiment.resume(
                resume, data_dir=data_dir, device=device, report=report, watcher=watcher
            )
        else:
            run = experiment.train(
                intended,
                runs=runs,
                data_dir=data_dir,
                device=device or "auto",
                report=report,
                watcher=watcher,
            )
    print_outcome(run, as_json)
    if run.manifest.state == "regressed":
        raise OutcomeError(
            f"{run.folder} lost more than 0.2 points on what its model could do before and is "
            "marked regressed: use more epochs, a lower learning_rate, or other corrections"
        )


def print_outcome(run: "Run", as_json: bool) -> None:
    """Print what a finished run came to."""
    from lenet.evaluation import read_scores
    from lenet.evaluation.finetuning import read_changes
    from lenet.run import REPORT

    scores, changes = read_scores(run), read_changes(run)
    if as_json:
        print_json(
            {
                "run": str(run.folder),
                "recipe": run.recipe.model_dump(),
                "manifest": run.manifest.model_dump(),
                "scores": {part: s.to_dict() for part, s in scores.items()},
                "changes": [asdict(change) for change in changes],
            }
        )
        return
    for part, s in scores.items():
        out.print(f"{part:10} {s.summary()}")
    for change in changes:
        out.print(f"{'changed':10} {change}")
    out.print(f"{'run':10} {run.folder}")
    if REPORT in run.manifest.files:
        err.print(f"look closer: {run.folder / REPORT}")
    else:
        err.print(f"look closer: lenet evaluate {run.folder}")

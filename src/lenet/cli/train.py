"""`lenet train`."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lenet.cli.console import err, print_json, print_table
from lenet.cli.options import (
    DataDir,
    Json,
    OptionalDevice,
    OtherData,
    RecipeOption,
    Runs,
    Seed,
    SkipBroken,
    skipping_broken,
)
from lenet.errors import OutcomeError, UsageError

if TYPE_CHECKING:
    from lenet.recipe import Recipe
    from lenet.run import Run
    from lenet.training import Watcher

Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="FIELD=VALUE", help="Change a field of the recipe; can be repeated."
    ),
]
StartFrom = Annotated[
    str | None,
    typer.Option(metavar="MODEL", help="Start with the weights of a shipped model or a run."),
]
Resume = Annotated[
    Path | None, typer.Option(metavar="RUN", help="Go on with a run that was stopped.")
]
Report = Annotated[
    bool, typer.Option(help="Draw the figures and the report page; takes some seconds.")
]
TensorBoardOption = Annotated[
    bool, typer.Option("--tensorboard", help="Also write events for TensorBoard into the run.")
]


def train(
    recipe: RecipeOption = "lenet5",
    changes: Changes = None,
    data: OtherData = None,
    data_dir: DataDir = None,
    skip_broken: SkipBroken = False,
    start_from: StartFrom = None,
    seed: Seed = None,
    device: OptionalDevice = None,
    runs: Runs = Path("runs"),
    resume: Resume = None,
    report: Report = True,
    tensorboard: TensorBoardOption = False,
    as_json: Json = False,
) -> None:
    """Train a network, score it on its test set once, and write a run folder."""
    fields = _changed_fields(changes or [], data, start_from, seed)
    if resume and (fields or skip_broken or recipe != "lenet5" or runs != Path("runs")):
        raise UsageError(
            "--resume goes on with the run's own recipe in its own folder: "
            "leave out --recipe, --set, --data, --skip-broken, --start-from, --seed and --runs"
        )
    intended = None if resume else _load(recipe, fields)
    if intended and skip_broken:
        intended = intended.with_changes({"data": skipping_broken(intended.data)})

    from lenet import experiment
    from lenet.cli.progress import show_training

    with show_training() as shown:
        watcher = _with_tensorboard(shown) if tensorboard else shown
        if resume:
            run = experiment.resume(
                resume, data_dir=data_dir, device=device, report=report, watcher=watcher
            )
        else:
            assert intended is not None
            run = experiment.train(
                intended,
                runs=runs,
                data_dir=data_dir,
                device=device or "auto",
                report=report,
                watcher=watcher,
            )
    print_outcome(run, as_json)
    _refuse_regressed(run)


def _refuse_regressed(run: "Run") -> None:
    if run.manifest.state == "regressed":
        raise OutcomeError(
            f"{run.folder} lost more than 0.2 points on what its model could do before and is "
            "marked regressed: use more epochs, a lower learning_rate, or other corrections"
        )


def _changed_fields(
    changes: list[str], data: list[str] | None, start_from: str | None, seed: int | None
) -> dict[str, Any]:
    from lenet.recipe import parse_changes

    fields = parse_changes(changes)
    if data:
        fields["data"] = data
    if start_from is not None:
        fields["start_from"] = start_from
    if seed is not None:
        fields["seed"] = seed
    return fields


def _load(recipe: str, fields: dict[str, Any]) -> "Recipe":
    from lenet.recipe import Recipe

    return Recipe.load(recipe).with_changes(fields)


def _with_tensorboard(watcher: "Watcher") -> "Watcher":
    from lenet.training.watching import TensorBoard

    return TensorBoard(watcher)


def print_outcome(run: "Run", as_json: bool) -> None:
    """Print the outcome of a finished run."""
    from lenet.evaluation import read_changes, read_detections, read_scores
    from lenet.run import REPORT

    scores = read_detections(run) if run.recipe.finds else read_scores(run)
    changes = read_changes(run)
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
    print_table(
        ("", ""),
        [
            *((part, part_scores.summary()) for part, part_scores in scores.items()),
            *(("changed", str(change)) for change in changes),
            ("run", str(run.folder)),
        ],
        text=2,
    )
    if REPORT in run.manifest.files:
        err.print(f"look closer: {run.folder / REPORT}")
    else:
        err.print(f"look closer: lenet evaluate {run.folder}")

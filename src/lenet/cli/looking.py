"""`lenet data show` and `lenet data check`: what a source holds, and what is wrong with it."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lenet.cli.console import err, out, print_json, print_table, write
from lenet.cli.options import (
    DataDir,
    Json,
    OptionalDevice,
    OptionalSheet,
    RecipeOption,
    Seed,
    SkipBroken,
    skipping_broken,
)
from lenet.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lenet.datasets import Splits
    from lenet.datasets.overview import Overview, PartOverview
    from lenet.inspection.data_check import Check, Finding, Kind

LISTED = 20  # findings of a kind on the terminal; the CSV and the JSON have all
TABLE = "check.csv"  # in the folder of a check
KINDS: dict["Kind", str] = {
    "label": "likely label errors",
    "exact": "exact duplicates",
    "near": "near duplicates",
}

SourceArgument = Annotated[
    str, typer.Argument(metavar="SOURCE", help="A source that `lenet data list` lists.")
]


def show_source(
    source: SourceArgument = "mnist",
    recipe: RecipeOption = "lenet5",
    output: OptionalSheet = None,
    figure: Annotated[
        list[str] | None,
        typer.Option(
            help="samples, distribution or means; can be repeated. All of them by default."
        ),
    ] = None,
    data_dir: DataDir = None,
    skip_broken: SkipBroken = False,
    as_json: Json = False,
) -> None:
    """Print what a source holds and how a recipe splits it: classes, pixels, duplicates.

    With -o, draw the class distribution, and samples and means of the training
    part.
    """
    from lenet import datasets
    from lenet.datasets.overview import overview
    from lenet.recipe import Recipe

    if output:
        from lenet.figures import gallery

        gallery.check_output(output)
        names = gallery.chosen(figure or [], gallery.DATA_FIGURES)
    splitter = Recipe.load(recipe)
    if skip_broken:
        [source] = skipping_broken([source])
    splits = datasets.load(source, data_dir, show_progress=True)
    seen = overview(splits, splitter)
    if as_json:
        print_json(
            {
                "source": source,
                "training": asdict(seen.train),
                "test": asdict(seen.test),
                "notes": list(seen.notes),
                "duplicates": seen.duplicates._asdict(),
                "split": seen.split or {"error": seen.split_error},
            }
        )
    else:
        _print_overview(source, seen, splitter.name)
    if output:
        figures = {name: gallery.DATA_FIGURES[name](splits) for name in names}
        write(figures, output, to_stderr=as_json)


def _print_overview(source: str, seen: "Overview", recipe: str) -> None:
    from lenet.datasets.overview import split_text

    parts = {"training": seen.train, "test": seen.test}
    counts = [[f"{count:,}" for count in part.classes.values()] for part in parts.values()]
    total = ("all", *(f"{part.images:,}" for part in parts.values()))
    count = len(seen.train.classes)
    out.print(f"{source}: {count} class{'' if count == 1 else 'es'} of 28×28 images")
    for note in seen.notes:
        out.print(note)
    print_table(("class", *parts), [*zip(seen.train.classes, *counts, strict=True), total])
    out.print(f"training images: {seen.balance}")
    if seen.balance.hint:
        out.print(seen.balance.hint)
    for name, part in parts.items():
        _print_pixels(name, part)
    out.print(f"equal images: {seen.duplicates}")
    split = split_text(**seen.split) if seen.split else seen.split_error
    out.print(f"split by recipe {recipe}: {split}")
    out.print(f"suspicious labels and near duplicates: lenet data check {source}")


def _print_pixels(name: str, part: "PartOverview") -> None:
    statistics = part.pixels
    out.print(
        f"pixels of the {name} images, 0 paper to 1 ink: mean {statistics.mean:.4f}, "
        f"standard deviation {statistics.deviation:.4f}, {100 * statistics.paper:.1f} % pure "
        f"paper, {100 * statistics.ink:.1f} % pure ink"
    )
    width, height = part.ink_size
    blank = f", {part.blank:,} blank" if part.blank else ""
    out.print(
        f"ink of the {name} images: {width:g}×{height:g} pixels (medians){blank}; the border is "
        f"dark in {100 * part.ink_border:.1f} % of them"
    )
    if part.looks_inverted:
        out.print("they look inverted: paper should be 0 and ink 255")


def check_source(
    source: SourceArgument,
    recipe: RecipeOption = "fast",
    folds: Annotated[
        int, typer.Option(min=2, max=100, help="Parts that the training images are divided into.")
    ] = 5,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help=f"Folder for {TABLE} and pictures of what was found."),
    ] = None,
    seed: Seed = None,
    data_dir: DataDir = None,
    skip_broken: SkipBroken = False,
    device: OptionalDevice = None,
    as_json: Json = False,
) -> None:
    """Find likely label errors, exact and near duplicates, and leaks from training into test.

    Labels are judged by networks that did not see the image: each fold of the
    training part by one trained on the others, the test part by one trained on
    the whole training part.
    """
    from lenet import datasets
    from lenet.recipe import Recipe

    if output and (output.is_file() or output.suffix in (".csv", ".png", ".svg")):
        raise UsageError(f"{output} is no folder: -o takes one, for {TABLE} and pictures")
    if skip_broken:
        [source] = skipping_broken([source])
    learner = Recipe.load(recipe).with_changes({} if seed is None else {"seed": seed})
    splits = datasets.load(source, data_dir, show_progress=True)

    from lenet.inspection.data_check import check_data
    from lenet.training import choose_device

    check = check_data(
        splits, learner, folds=folds, device=choose_device(device or "auto"), tell=err.print
    )
    if as_json:
        facts = check.facts._asdict()
        print_json({**facts, "findings": [asdict(finding) for finding in check.findings]})
    else:
        _print_check(check, splits)
    if output:
        _write_check(check, splits, output, to_stderr=as_json)


def _print_check(check: "Check", splits: "Splits") -> None:
    from lenet.metrics import MNIST_CORRECTED, MNIST_DROPPED, is_mnist_test

    facts = check.facts
    out.print(f"{facts.source}: {facts.train:,} training and {facts.test:,} test images")
    rows = [_row(name, check.of(kind)) for kind, name in KINDS.items()]
    leaks = [finding for finding in check.findings if finding.is_leak]
    print_table(("", "train", "test"), [*rows, ("trained on and tested", "", f"{len(leaks):,}")])
    if facts.unjudged:
        out.print(
            f"labels not checked, fewer than {facts.folds} training images: "
            f"{' '.join(facts.unjudged)}"
        )
    if is_mnist_test(splits.test.labels):
        doubtful = {*MNIST_CORRECTED, *MNIST_DROPPED}
        named = {finding.index for finding in check.of("label") if finding.part == "test"}
        out.print(
            f"of the {len(doubtful)} test labels of MNIST that people found wrong or ambiguous, "
            f"{len(doubtful & named)} are among the likely errors"
        )
    for kind, name in KINDS.items():
        _print_findings(name, check.of(kind))


def _row(name: str, findings: list["Finding"]) -> tuple[str, str, str]:
    in_test = sum(finding.part == "test" for finding in findings)
    return name, f"{len(findings) - in_test:,}", f"{in_test:,}"


def _print_findings(name: str, findings: list["Finding"]) -> None:
    if not findings:
        return
    out.print()
    print_table(
        (name, "label", "looks like", "twin", "probability"),
        [
            (
                *(each.place, each.label, each.suggested, each.twin),
                "" if each.probability is None else f"{each.probability:.3f}",
            )
            for each in findings[:LISTED]
        ],
        text=4,
    )
    if len(findings) > LISTED:
        out.print(f"… and {len(findings) - LISTED:,} more: -o DIR or --json gives them all")


def _write_check(check: "Check", splits: "Splits", output: Path, *, to_stderr: bool) -> None:
    from lenet import figures
    from lenet.storage import cannot_write, write_atomically

    try:
        output.mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(output, error) from error
    write_atomically(output / TABLE, check.to_csv().encode())
    (err if to_stderr else out).print(str(output / TABLE))
    drawn: dict[str, Figure] = {
        kind: figures.findings(check.of(kind), splits, name)
        for kind, name in KINDS.items()
        if check.of(kind)
    }
    write(drawn, output, to_stderr=to_stderr)

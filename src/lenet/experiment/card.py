"""The model card: architecture, training, scores and known weaknesses."""

import html
from collections.abc import Mapping, Sequence

from lenet.datasets import Source
from lenet.datasets.parts import Part
from lenet.datasets.source import MEMORY
from lenet.evaluation import Change
from lenet.metrics import Scores
from lenet.metrics.calibration import Calibration
from lenet.run import Run


def card(
    run: Run,
    scores: Mapping[Part, Scores],
    robustness: Mapping[str, Scores] | None = None,
    calibration: Calibration | None = None,
    changes: Sequence[Change] = (),
) -> str:
    """Return the model card in Markdown.

    Parameters
    ----------
    run : Run
    scores : mapping of part to Scores
    robustness : mapping of condition to Scores, optional
        The unchanged images come first.
    calibration : Calibration, optional
        Temperature and rejection threshold, if they were fitted.
    changes : sequence of Change
        Its errors compared with those of the model it started from.
    """
    lines = [
        f"# {run.folder.name}",
        "",
        *_about(run, calibration),
        "",
        "| part | score |",
        "|---|---|",
        *(f"| {part} | {score.summary()} |" for part, score in scores.items()),
        "",
        "The test part was read once, after training. Nothing was chosen by it.",
        "",
        *(f"- Begun from `{run.recipe.start_from}`, on {change}." for change in changes),
        *([""] if changes else []),
        *_conditions(robustness or {}),
        "**Takes** digit images of 28×28, light ink on dark paper, centred by mass as MNIST's are.",
        *_weaknesses(calibration),
        "",
        _repetition(run),
        "",
    ]
    return "\n".join(lines)


def _repetition(run: Run) -> str:
    if Source.parse(run.recipe.data[0]).kind == MEMORY:
        return 'Repeat it in Python: `lenet.train("recipe.toml", data=…)`, with the same images.'
    return "Repeat it: `lenet train --recipe recipe.toml`"


def _about(run: Run, calibration: Calibration | None) -> list[str]:
    """Return the table of architecture, data and training."""
    recipe, manifest = run.recipe, run.manifest
    sources = ", ".join([*recipe.data, *recipe.extra_data])
    labels = {"train": "to learn from", "validation": "held out", "test": "to test"}
    counts = ", ".join(
        f"{manifest.data[part]:,} {label}"
        for part, label in labels.items()
        if manifest.data.get(part)
    )
    return [
        f"{cell(recipe.about).rstrip('.')}." if recipe.about else f"A `{recipe.model}` network.",
        "",
        "| | |",
        "|---|---|",
        f"| architecture | `{recipe.model}` |",
        f"| tells apart | {cell(', '.join(manifest.data['classes']))} |",
        f"| data | {cell(sources)}: {counts} |",
        *_nondigits(run),
        *training_rows(run),
        *([f"| calibration | temperature {calibration.temperature:.4g} |"] if calibration else []),
        f"| weights | SHA-256 `{manifest.weights}` |",
    ]


def training_rows(run: Run) -> list[str]:
    """Return the rows of a card's table that say how a run was trained."""
    recipe, manifest = run.recipe, run.manifest
    return [
        f"| training | {recipe.epochs} epochs, batch {recipe.batch}, {recipe.optimizer}, "
        f"learning rate {recipe.learning_rate:g} ({recipe.schedule}) |",
        f"| seed | {manifest.seed} |",
        f"| time | {manifest.seconds:.0f} s on {manifest.device}, {manifest.threads} threads |",
        f"| begun | {manifest.started} |",
    ]


def _nondigits(run: Run) -> list[str]:
    if not run.recipe.nondigits:
        return []
    count = run.manifest.data["nondigits"]
    return [f"| to refuse | {cell(', '.join(run.recipe.nondigits))}: {count:,} to learn from |"]


def _weaknesses(calibration: Calibration | None) -> list[str]:
    if calibration is None or calibration.rejection is None:
        return [
            "**Fails** on what its data lacks: other ways of writing the same, and other signs,",
            "each of which it takes for one of its classes, with high probability.",
        ]
    return [
        f"**Refuses** an image whose score is below {calibration.rejection:.4g}: the logarithm of "
        "the sum of",
        "the logits' exponentials (Liu et al. 2020), fitted on held-out images of both kinds.",
        "",
        "**Fails** on other signs that have a digit's shape, as o, l, b, s, z and g have, and on",
        "ways of writing that its data lacks.",
    ]


def _conditions(robustness: Mapping[str, Scores]) -> list[str]:
    if not robustness:
        return []
    total = next(iter(robustness.values())).total
    return [
        f"| {total:,} test images | errors |",
        "|---|---|",
        *(f"| {name} | {100 * s.error_rate:.1f} % |" for name, s in robustness.items()),
        "",
    ]


def cell(text: str) -> str:
    """Return `text` as one cell of a Markdown table, with markup escaped."""
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|")

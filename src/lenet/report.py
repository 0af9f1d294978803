"""What a person reads about a run: the model card."""

from collections.abc import Mapping

from lenet.evaluation import Part
from lenet.metrics import Scores
from lenet.run import Run


def card(run: Run, scores: Mapping[Part, Scores]) -> str:
    """Return the model card in Markdown: what it is, how it was trained, what it scores."""
    recipe, manifest = run.recipe, run.manifest
    counts = ", ".join(
        f"{manifest.data[part]:,} {word}"
        for part, word in (
            ("train", "to learn from"),
            ("validation", "held out"),
            ("test", "to test"),
        )
        if manifest.data.get(part)
    )
    lines = [
        f"# {run.folder.name}",
        "",
        f"{recipe.about}." if recipe.about else f"A `{recipe.model}` network.",
        "",
        "| | |",
        "|---|---|",
        f"| architecture | `{recipe.model}` |",
        f"| data | {', '.join(recipe.data)}: {counts} |",
        f"| training | {recipe.epochs} epochs, batch {recipe.batch}, {recipe.optimizer}, "
        f"learning rate {recipe.learning_rate:g} ({recipe.schedule}) |",
        f"| seed | {manifest.seed} |",
        f"| time | {manifest.seconds:.0f} s on {manifest.device}, {manifest.threads} threads |",
        f"| begun | {manifest.started} |",
        f"| weights | SHA-256 `{manifest.weights}` |",
        "",
        "| part | score |",
        "|---|---|",
        *(f"| {part} | {score.summary()} |" for part, score in scores.items()),
        "",
        "The test part was read once, after training. Nothing was chosen by it.",
        "",
        "**Takes** digit images of 28×28, light ink on dark paper, centred by mass as MNIST's are.",
        "**Fails** on what its data lacks: other ways of writing 1, 4, 7 and 9, and letters and",
        "signs, which it takes for digits with high probability.",
        "",
        "Repeat it: `lenet train --recipe recipe.toml`",
        "",
    ]
    return "\n".join(lines)

"""The page docs/results.md: what the sources claim, what their code measured, what ours does."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from lenet.comparison import CLASSICAL, Comparison, Contender, Result, Standing
from lenet.comparison.rendering import errors_cell, interval_cell, p_matrix
from results_sources import ROWS, Row

DIGITS = 10


EXPERIMENT, COPIED = "lenet5-relu-twice-divided", 94.48
WITHIN = 1.5  # points that count as "about a point"

HEAD = """# Results

Made by `make results` from [results.jsonl](results.jsonl), one line for each training; not to be
edited by hand. Every recipe is trained with the seeds 0 to n-1 and scored on MNIST's 10,000 test
images once, after training; nothing was chosen on them. Accuracies and errors are mean ± standard
deviation over the seeds; the 95 % interval is that of the mean, by Student's t, or for n = 1
Wilson's. The times are those of a separate run of `tools/times.py` on two cores that had nothing
else to do: of one epoch, or of the whole training of a classical model, and of one image asked
alone on one thread.
"""


Times = Mapping[str, Mapping[str, float]]  # name -> seconds and milliseconds, as in times.json


def page(results: Sequence[Result], times: Times) -> str:
    """Return the page as Markdown; what has not been measured yet is said."""
    standings = standing_of(results)
    lines = [
        HEAD,
        "## Recipes",
        "",
        "| recipe | source claims | its code measured | goal | ours | errors | 95 % interval | n "
        "| date | trained on | an epoch | an image |",
        "|---|---|---|---:|---:|---:|---:|---:|---|---|---:|---:|",
        *(_recipe(row, standings.get(row.name), times) for row in ROWS),
        "",
        *(_remark(row, standings[row.name]) for row in ROWS if row.name in standings),
        "",
        "## Pixels divided by 255 twice",
        "",
        _experiment(standings),
        "",
        "## Classical models",
        "",
        "Trained on all 60,000 images, whose 784 pixels are scaled to 0..1. Where the seed makes "
        "no difference, one training says it all.",
        "",
        "| model | what | ours | errors | 95 % interval | n | date | training | an image |",
        "|---|---|---:|---:|---:|---:|---|---:|---:|",
        *(
            f"| `{name}` | {kind.about} | {_measured(standings.get(name))} "
            f"| {_times(name, times)} |"
            for name, kind in CLASSICAL.items()
        ),
    ]
    networks = [standings[row.name] for row in ROWS if row.name in standings]
    if len(networks) > 1:
        lines += ["", "## Who is better", "", *p_matrix(Comparison.of(networks))]
    return "\n".join(lines) + "\n"


def word_for(name: str) -> str:
    """Return what `Contender.find` takes for a classical model, or a recipe and no model."""
    return name if name in CLASSICAL else f"recipe:{name}"


def standing_of(results: Sequence[Result]) -> dict[str, Standing]:
    """Gather the results of each recipe and classical model as they are today, the latest last."""
    standings = {}
    for name in (*(row.name for row in ROWS), EXPERIMENT, *CLASSICAL):
        contender = Contender.find(word_for(name), Path())
        digest = contender.digest(DIGITS)
        found = {result.seed: result for result in results if result.digest == digest}
        if found:
            ordered = tuple(found[seed] for seed in sorted(found))
            standings[name] = Standing(name, contender.kind, contender.chance, ordered)
    return standings


def _times(name: str, times: Times) -> str:
    if name not in times:
        return " | "
    return f"{times[name]['seconds']:.3g} s | {times[name]['milliseconds']:.2g} ms"


def _recipe(row: Row, standing: Standing | None, times: Times) -> str:
    goal = "" if row.goal is None else f"≥ {row.goal:g} %"
    where = sorted({r.versions.get("gpu", "CPU") for r in standing.results}) if standing else []
    cells = (
        f"`{row.name}`",
        row.claimed,
        row.measured,
        goal,
        _measured(standing),
        ", ".join(where),
        _times(row.name, times),
    )
    return f"| {' | '.join(cells)} |"


def _measured(standing: Standing | None) -> str:
    if standing is None:
        return " | ".join(("not measured yet", "", "", "", ""))
    date = max(result.finished for result in standing.results)[:10]
    cells = (
        _accuracy(standing),
        errors_cell(standing),
        interval_cell(standing),
        str(len(standing.results)),
        date,
    )
    return " | ".join(cells)


def _accuracy(standing: Standing) -> str:
    spread = "" if standing.sd is None else f" ± {100 * standing.sd / standing.total:.2f}"
    return f"{100 * (1 - standing.error_rate):.2f}{spread} %"


def _remark(row: Row, standing: Standing) -> str:
    """Say of one recipe whether the goal is reached, how far it is from the source, and why."""
    ours = 100 * (1 - standing.error_rate)
    words = [f"- **`{row.name}`** ({row.source}):"]
    if row.goal is not None:
        words.append(_verdict(ours, row.goal, len(standing.results)))
    if row.training_goal is not None and (training := _training_accuracy(standing)) is not None:
        verb = "reached" if training >= row.training_goal else "not reached"
        words.append(
            f"On the images learnt from {training:.2f} %, goal {row.training_goal:g} %: {verb}."
        )
    if row.theirs is not None:
        points = ours - row.theirs
        side = "above" if points >= 0 else "below"
        words.append(f"{abs(points):.2f} points {side} the source's {row.theirs:g} %.")
    words.append(row.difference)
    if row.goal is None:
        words.append(f"{_accuracy(standing)}, for comparison.")
    return " ".join(word for word in words if word)


def _verdict(ours: float, goal: float, n: int) -> str:
    so_far = f" so far (n = {n})" if n < 5 else ""
    if ours >= goal:
        return f"The goal of {goal:g} % is reached{so_far}."
    return f"The goal of {goal:g} % is **not reached**{so_far}: {ours:.2f} %."


def _training_accuracy(standing: Standing) -> float | None:
    counts = [(r.train_errors, r.train_total) for r in standing.results]
    rates = [errors / total for errors, total in counts if errors is not None and total]
    return 100 * (1 - sum(rates) / len(rates)) if rates else None


def _experiment(standings: dict[str, Standing]) -> str:
    question = (
        "The notebook behind `lenet5-relu` reports 94.48 %, far below what is usual for such a "
        "network. From the numbers of its cells, the one that divides the pixels by 255 ran twice. "
        f"The recipe `{EXPERIMENT}` does that: its network is `lenet5-relu` behind one more "
        "division by 255, begun as Keras begins it, with Glorot's uniform weights and no biases "
        "(begun with torch's random biases it learnt nothing in the one run that was tried)."
    )
    standing = standings.get(EXPERIMENT)
    if standing is None:
        return f"{question} Not measured yet."
    ours = 100 * (1 - standing.error_rate)
    found = (
        f"Over {len(standing.results)} seeds it reaches {_accuracy(standing)} "
        f"({errors_cell(standing)} errors, 95 % interval of the error rate "
        f"{interval_cell(standing)}), {abs(ours - COPIED):.2f} points from the notebook's figure: "
    )
    if abs(ours - COPIED) <= WITHIN:
        return f"{question} {found}the likely cause, though not proven."
    return f"{question} {found}too far to be the explanation."

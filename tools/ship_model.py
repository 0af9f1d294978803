r"""Put the model of a finished run into the package, where `--model NAME` finds it.

python tools/ship_model.py runs/lenet5-1 lenet5
python tools/ship_model.py runs/finder-1 finder
python tools/ship_model.py runs/reader-1 reader --measured tools/reader_measured.json

A reader whose finder was trained anew gets a belief for it, and keeps its weights:

python tools/ship_model.py src/lenet/weights/reader reader --belief \
    --measured tools/reader_measured.json
"""

import argparse
import json
from pathlib import Path
from typing import Any

from lenet.datasets.parts import Part
from lenet.errors import ModelError
from lenet.evaluation import find_mistakes, read_detections, read_scores
from lenet.experiment.belief_run import fit_belief
from lenet.experiment.card import card
from lenet.experiment.finder_run import card as finder_card
from lenet.inspection import Inspection
from lenet.inspection.conditions import conditions
from lenet.inspection.kept_embedding import embedding_of
from lenet.metrics.calibration import Calibration
from lenet.reader import Classifier
from lenet.run import (
    BELIEF,
    CARD,
    EMBEDDING,
    EXPORTED,
    HISTORY,
    MEASURED,
    MISTAKES,
    MODEL,
    SCORES,
    WEIGHTS,
    Run,
)
from lenet.storage import sha256, write_atomically

ALWAYS = ("recipe.toml", *EXPORTED, WEIGHTS, SCORES, HISTORY, CARD)
PARTS: tuple[Part, ...] = ("test", "validation", "train")
PACKAGE = Path(__file__).parent.parent / "src" / "lenet" / "weights"


def ship(
    run: Run, name: str, elsewhere: dict[str, Any] | None = None, *, new_belief: bool = False
) -> Path:
    """Copy what a reader needs of `run`, each file checked by its digest; return the folder.

    `elsewhere` is what was measured beyond the run itself, as `lenet.server.models.Elsewhere`.
    With `new_belief`, the belief is fitted for the finder that is shipped now.
    """
    if run.manifest.state != "done":
        raise ModelError(f"{run.folder} is {run.manifest.state}: only a finished run is shipped")
    if new_belief and BELIEF not in run.manifest.files:
        raise ModelError(f"{run.folder} has no belief to be fitted anew: leave out --belief")
    folder = PACKAGE / name
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for file in shipped_files(run):
        if file == MISTAKES:
            content = mistakes(run)
        elif file == EMBEDDING:
            content = embedding(run)
        elif file == MEASURED:
            content = measured(run, elsewhere)
        elif file == BELIEF and new_belief:
            content = fit_belief(run.read(MODEL), run.recipe.finder).to_json()
        elif file == CARD:
            content = (fresh_card(run, name) + as_markdown(elsewhere)).encode()
        else:
            content = run.read(file)
        write_atomically(folder / file, content)
        files[file] = sha256(content)
    manifest = run.manifest.model_copy(update={"files": files})
    write_atomically(folder / "run.json", manifest.model_dump_json(indent=2).encode() + b"\n")
    return folder


def shipped_files(run: Run) -> list[str]:
    """Return the names of the files of a run that are shipped."""
    if run.recipe.finds:
        return [*ALWAYS]
    belief = [BELIEF] if BELIEF in run.manifest.files else []
    return [*ALWAYS, *belief, MISTAKES, EMBEDDING, MEASURED]


def measured(run: Run, elsewhere: dict[str, Any] | None) -> bytes:
    """Return `measured.json`: errors under each condition, and what was measured elsewhere."""
    facts = {"conditions": conditions(Inspection(run).robustness), "elsewhere": elsewhere}
    return json.dumps(facts, ensure_ascii=False, indent=1).encode() + b"\n"


def as_markdown(elsewhere: dict[str, Any] | None) -> str:
    """Return what was measured elsewhere as the end of a card."""
    if not elsewhere:
        return ""
    blocks = [f"## {elsewhere['title']}", elsewhere["lead"]]
    for table in elsewhere["tables"]:
        columns = table["columns"]
        rows = [columns, ["---"] * len(columns), *table["rows"]]
        blocks.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
    return "\n" + "\n\n".join([*blocks, *elsewhere["notes"]]) + "\n"


def mistakes(run: Run) -> bytes:
    """Return what the run misread; of a run made before that was kept, it is found now."""
    if MISTAKES in run.manifest.files:
        return run.read(MISTAKES)
    test = Inspection(run).test
    return json.dumps(find_mistakes(Classifier(run.read(MODEL)), test), indent=1).encode() + b"\n"


def embedding(run: Run) -> bytes:
    """Return the run's test images by its last hidden layer; found now, as mistakes are."""
    if EMBEDDING in run.manifest.files:
        return run.read(EMBEDDING)
    inspection = Inspection(run)
    found = embedding_of(inspection.layers, inspection.test)
    return json.dumps(found, indent=1).encode() + b"\n"


def fresh_card(run: Run, name: str) -> str:
    """Return the card as it is written today, under the name that is shipped."""
    renamed = Run(Path(name), run.recipe, run.manifest)
    if run.recipe.finds:
        return finder_card(renamed, read_detections(run))
    classifier = Classifier(run.read(MODEL))
    calibration = Calibration(classifier.temperature, classifier.rejection)
    scores = {part: read_scores(run)[part] for part in PARTS if part in read_scores(run)}
    return card(renamed, scores, None, calibration if run.recipe.calibrate else None)


def main() -> None:
    """Ship one model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("name", help="what --model will call it")
    parser.add_argument("--measured", type=Path, help="JSON: what was measured beyond the run")
    parser.add_argument("--belief", action="store_true", help="fit the belief of a reader anew")
    words = parser.parse_args()
    elsewhere = json.loads(words.measured.read_text("utf-8")) if words.measured else None
    print(ship(Run.open(words.run), words.name, elsewhere, new_belief=words.belief))


if __name__ == "__main__":
    main()

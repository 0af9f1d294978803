"""What a whole run of a finder needs beyond that of a network for digit images."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from lenet.datasets import Source
from lenet.datasets.scenes import Scenes, count_of, load_material, load_scenes
from lenet.datasets.things import licences
from lenet.experiment.card import cell, training_rows
from lenet.experiment.exporting import prove_finder, to_onnx
from lenet.experiment.outcome import as_json, keep_result
from lenet.finder import Finder
from lenet.metrics.detection import DetectionScores, Matches, match
from lenet.recipe import Recipe
from lenet.run import CARD, SCORES, Run
from lenet.training.finder_trainer import batch_of
from lenet.training.loop import Loop
from lenet.training.watching import Watcher

CLASSES = tuple("0123456789")
# The same scenes for every seed of a recipe: only the network differs.
TRAIN_SEED, VALIDATION_SEED, TEST_SEED = 0, 1, 2
AT_ONCE = 16  # scenes whose ink is compared at once

LICENCES = {
    "mnist": "digits of MNIST by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, "
    "CC BY-SA 3.0",
    "unipen": "pen strokes of UNIPEN train_r01_v07, International Unipen Foundation, CC BY 4.0, "
    "Zenodo record 1195803",
    "things": "photos and textures that come with scikit-image, each under the licence that "
    "scikit-image names",
}


@dataclass(frozen=True)
class SceneParts:
    """The scenes of a recipe. Other people wrote those held out than those to learn from.

    Attributes
    ----------
    train : Scenes
        To learn from.
    validation : Scenes
        To choose the threshold by.
    test : Scenes
        To score on.
    name : str
        The recipe's data and material.
    """

    train: Scenes
    validation: Scenes
    test: Scenes
    name: str

    def facts(self) -> dict[str, Any]:
        """Return the entries for `run.json`: name, classes, counts and digests."""
        facts: dict[str, Any] = {"name": self.name, "classes": list(CLASSES)}
        parts = {"train": self.train, "validation": self.validation, "test": self.test}
        for part, scenes in parts.items():
            facts |= {part: len(scenes), f"{part}_digest": scenes.digest}
        return facts


def load_scene_parts(recipe: Recipe, data_dir: Path | None = None) -> SceneParts:
    """Load or draw the scenes of a recipe; as many to score on as are held out.

    Raises
    ------
    UsageError, DataError
        See `load_material` and `load_scenes` of `lenet.datasets.scenes`.
    """
    count = count_of(Source.parse(recipe.data[0]).place)
    held_out = max(1, round(recipe.validation * count))
    material = load_material(recipe.material, data_dir, held_out=False)
    others = load_material(recipe.material, data_dir, held_out=True)
    # The few first: what is wrong with the material shows after seconds.
    test = load_scenes(held_out, TEST_SEED, others, show_progress=True)
    validation = load_scenes(held_out, VALIDATION_SEED, others, show_progress=True)
    train = load_scenes(count, TRAIN_SEED, material, show_progress=True)
    public = ", ".join(Source.parse(source).public for source in recipe.material)
    return SceneParts(train, validation, test, f"{recipe.data[0]} ({public})")


def finish_finder(run: Run, trainer: Loop, parts: SceneParts, watcher: Watcher) -> Run:
    """Export the finder, score it, and finish the run folder."""
    model, digest = keep_result(run, trainer, CLASSES)

    watcher.enters("exporting to ONNX")
    exported = to_onnx(model, CLASSES)
    prove_finder(exported.model, model)
    for name, content in exported.files.items():
        run.write(name, content)

    watcher.enters("scoring (the only time that the test scenes are looked at)")
    finder = Finder(exported.model, small_print=False)
    matched = find_all(finder, parts.validation)
    threshold = matched.best_threshold()
    scores = {
        "test": score(finder, parts.test, find_all(finder, parts.test), threshold),
        "validation": score(finder, parts.validation, matched, threshold),
    }
    run.write(SCORES, as_json({name: part.to_dict() for name, part in scores.items()}))
    facts = {"weights": digest, "seconds": sum(epoch.seconds for epoch in trainer.history)}
    scored = Run(run.folder, run.recipe, run.manifest.model_copy(update=facts))
    run.write(CARD, card(scored, scores).encode())
    return run.finish("done", **facts)


def find_all(finder: Finder, scenes: Scenes) -> Matches:
    """Look for digits in every scene, and match what was found with the truth."""
    return Matches.join(
        match(finder.find(image).digits, scenes.characters[start:end])
        for image, (start, end) in zip(scenes.images, pairwise(scenes.first), strict=True)
    )


def score(finder: Finder, scenes: Scenes, matched: Matches, threshold: float) -> DetectionScores:
    """Return the scores on scenes for a threshold; ink is compared in the scenes' own size."""
    right = false = missed = 0
    for indices in np.array_split(np.arange(len(scenes)), -(-len(scenes) // AT_ONCE)):
        pages, targets = batch_of(scenes, indices)
        inked = finder.run(pages.numpy())[1][:, 0] > 0
        truth, counted = targets.ink.numpy() > 0, targets.ink_counts.numpy() > 0
        right += int((inked & truth & counted).sum())
        false += int((inked & ~truth & counted).sum())
        missed += int((~inked & truth & counted).sum())
    sizes, false_places = matched.counts(threshold)
    return DetectionScores(threshold, len(scenes), sizes, false_places, right, false, missed)


def card(run: Run, scores: dict[str, DetectionScores]) -> str:
    """Return the model card of a finder in Markdown."""
    recipe, manifest, test = run.recipe, run.manifest, scores["test"]
    heading, *rows = test.table()
    lines = [
        f"# {run.folder.name}",
        "",
        f"{cell(recipe.about).rstrip('.')}." if recipe.about else "A network that finds digits.",
        "",
        "| | |",
        "|---|---|",
        f"| architecture | `{recipe.model}` |",
        f"| data | {cell(manifest.data['name'])}: {manifest.data['train']:,} scenes to learn from, "
        f"{manifest.data['validation']:,} held out, {manifest.data['test']:,} to test |",
        *training_rows(run),
        f"| threshold | {test.threshold:.3f}, the best F1 on the scenes held out |",
        f"| weights | SHA-256 `{manifest.weights}` |",
        "",
        "| part | score |",
        "|---|---|",
        *(f"| {name} | {part.summary()} |" for name, part in scores.items()),
        "",
        "| " + " | ".join(heading) + " |",
        "|---" * len(heading) + "|",
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
        "The test scenes were looked at once, after training. Like those held out, they have other",
        "seeds than the scenes to learn from, and the handwriting of other people.",
        "",
        "**Drawn from**",
        "",
        "- scenes that lenet draws itself, with freely usable fonts",
        *(f"- {cell(line)}" for source in recipe.material for line in _licences(source)),
        "",
        "**Takes** pages, contrast-normalised by `lenet.finder`, and finds characters of "
        "13 to 46 pixels.",
        "**Fails** on what its scenes do not show. It proposes places; the reader decides.",
        "",
        "Repeat it: `lenet train --recipe recipe.toml`",
        "",
    ]
    return "\n".join(lines)


def _licences(source: str) -> list[str]:
    """Return what a source of material is, and under which licence."""
    parsed = Source.parse(source)
    if parsed.kind == "things" and parsed.place:
        return licences(Path(parsed.place)) or ["pictures of a folder of your own"]
    return [LICENCES[parsed.kind]]

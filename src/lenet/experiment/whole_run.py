"""Train or resume one whole run: data, training, export, scores, run folder."""

import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from lenet.datasets import Source, Splits
from lenet.datasets.dataset import DIGITS
from lenet.datasets.given import NAME, Given, as_splits
from lenet.datasets.parts import Parts, load_parts, split_parts
from lenet.datasets.source import MEMORY
from lenet.errors import DataError, ModelError, OutcomeError, UsageError
from lenet.evaluation import changes, find_mistakes, score, with_former_tests
from lenet.experiment.card import card
from lenet.experiment.exporting import PROOF_IMAGES, prove, to_onnx
from lenet.experiment.outcome import as_json, keep_result, write_history, write_weights
from lenet.inspection import Inspection
from lenet.inspection.conditions import conditions
from lenet.inspection.feature_maps import Layers
from lenet.inspection.kept_embedding import embedding_of
from lenet.metrics.calibration import Calibration, calibrate
from lenet.models.weights import network_of
from lenet.reader import Classifier
from lenet.recipe import Recipe
from lenet.run import (
    BELIEF,
    CARD,
    EMBEDDING,
    FINETUNING,
    MEASURED,
    MISTAKES,
    SCORES,
    WEIGHTS,
    Manifest,
    Run,
)
from lenet.storage import LockedError, cannot_write, locked
from lenet.training import Trainer, choose_device, infer
from lenet.training.loop import Loop
from lenet.training.watching import Watcher

if TYPE_CHECKING:
    from lenet.experiment.finder_run import SceneParts
    from lenet.reader.belief import Belief

# What only some runs need is imported where it is needed: finders, their scenes, the belief in
# their proposals, the report. It takes as long as all the rest.


def train(
    recipe: Recipe | str = "lenet5",
    *,
    data: Given | None = None,
    runs: str | Path = "runs",
    data_dir: str | Path | None = None,
    device: str = "auto",
    report: bool = True,
    watcher: Watcher | None = None,
) -> Run:
    """Train a recipe from the beginning, evaluate it and write a run folder.

    A recipe that starts from a model ends as ``regressed`` if the new model is worse by more than
    0.2 percentage points on the test set of any source (`lenet.evaluation`).

    Parameters
    ----------
    recipe : Recipe or str
        What to train, or the name of a built-in recipe or a TOML file.
    data : Dataset, Splits or (train, test), optional
        What to train on in place of the recipe's data. Of a single dataset a fixed fifth of each
        class is held out for testing. The run keeps its name and digests, not the images: to resume
        or evaluate it, hand them over again.
    runs : path
        The folder in which ``<recipe>-<n>`` is made.
    data_dir : path, optional
        The folder to look for MNIST in first.
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    report : bool
        Whether to draw the figures and the report page, which takes some seconds.
    watcher : Watcher, optional
        Its methods are called as training proceeds.

    Raises
    ------
    UsageError, DataError
        The recipe, the device or the data is invalid; no folder was made.
    OutcomeError
        Training diverged; the folder keeps the last good weights.

    Examples
    --------
    >>> import tempfile
    >>> quick = Recipe.load("lenet5").with_changes({"data": "uci-digits", "epochs": 1})
    >>> run = train(quick, runs=tempfile.mkdtemp(), device="cpu", report=False)
    >>> run.folder.name, run.manifest.state
    ('lenet5-1', 'done')
    """
    recipe = Recipe.load(recipe) if isinstance(recipe, str) else recipe
    device = choose_device(device)
    splits = as_splits(data) if data is not None else None
    if splits:
        recipe = recipe.with_changes({"data": f"{MEMORY}:{splits.train.name or NAME}"})
    parts = _load_parts(recipe, Path(data_dir) if data_dir else None, splits)
    _check_finder(recipe, parts)
    manifest = Manifest(
        started=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        seed=recipe.seed,
        device=device,
        threads=torch.get_num_threads(),
        versions=_versions(device),
        data=parts.facts(),
    )
    trainer = _trainer(recipe, parts, device)
    run = Run.create(recipe, manifest, Path(runs))
    return _train_locked(run, trainer, parts, report, watcher or Watcher())


def resume(
    folder: str | Path,
    *,
    data: Given | None = None,
    data_dir: str | Path | None = None,
    device: str | None = None,
    report: bool = True,
    watcher: Watcher | None = None,
) -> Run:
    """Continue a stopped run after its last complete epoch, on the same device unless given.

    On a CPU the weights are bit for bit those of a run that was never stopped. For this, torch is
    set to the number of threads that the run began with. A run that began on `data` handed over
    needs the same again.

    Raises
    ------
    UsageError
        The run is finished already, or `data` is given to a run that loads its own.
    ModelError
        The folder is not a run folder, or is broken.
    DataError
        The data has changed since the run began, or must be handed over again.
    """
    run = Run.find(folder)
    if run.manifest.state != "training":
        raise UsageError(
            f"{folder} cannot be resumed, its state is {run.manifest.state!r}: "
            "start a new run with `lenet train`"
        )
    splits = _given_again(run, data)
    parts = _load_parts(run.recipe, Path(data_dir) if data_dir else None, splits)
    if parts.facts() != run.manifest.data:
        raise DataError(
            f"the data of {folder} has changed since the run began: {_restore_hint(run.recipe)}"
            "start a new run"
        )
    torch.set_num_threads(run.manifest.threads)
    trainer = _trainer(run.recipe, parts, choose_device(device or run.manifest.device))
    return _train_locked(run, trainer, parts, report, watcher or Watcher())


def load(model: str | Path) -> nn.Sequential:
    """Return the torch network of a run folder or a shipped model, in evaluation mode.

    Raises
    ------
    UsageError, ModelError
        See `lenet.run.Run.find`; the file is missing, broken or altered, or does not fit.
    """
    return network_of(Run.find(model))


def _given_again(run: Run, data: Given | None) -> Splits | None:
    """Return the data to resume a run with; None if it loads its own."""
    in_memory = _is_in_memory(run.recipe)
    if in_memory and data is None:
        raise DataError(
            f"{run.folder} was trained on data that a Python program handed over: go on with "
            f'lenet.experiment.resume("{run.folder}", data=dataset)'
        )
    if not in_memory and data is not None:
        raise UsageError(
            f"{run.folder} was trained on {', '.join(run.recipe.data)}, which it loads again: "
            "leave out data"
        )
    return as_splits(data) if data is not None else None


def _is_in_memory(recipe: Recipe) -> bool:
    return Source.parse(recipe.data[0]).kind == MEMORY


def _load_parts(
    recipe: Recipe, data_dir: Path | None, splits: Splits | None
) -> "Parts | SceneParts":
    if recipe.finds:
        from lenet.experiment.finder_run import load_scene_parts

        return load_scene_parts(recipe, data_dir)
    if splits:
        parts = split_parts(recipe, {recipe.data[0]: splits}, data_dir=data_dir)
    else:
        parts = load_parts(recipe, data_dir)
    return with_former_tests(recipe, parts)


def _check_finder(recipe: Recipe, parts: "Parts | SceneParts") -> None:
    """Raise now what would end the run after hours: a finder that is missing, or of no use."""
    if not recipe.finder or not isinstance(parts, Parts):
        return
    Run.find(recipe.finder).require_finder()
    if parts.train.classes != DIGITS:
        raise UsageError(
            f"a finder finds the ten digits, and {parts.train.name} has the classes "
            f"{', '.join(parts.train.classes[:12])}: leave finder out of the recipe"
        )


def _trainer(recipe: Recipe, parts: "Parts | SceneParts", device: str) -> Loop:
    if isinstance(parts, Parts):
        return Trainer(recipe, parts.train, parts.validation, device, parts.nondigits)
    from lenet.training.finder_trainer import FinderTrainer

    return FinderTrainer(recipe, parts.train, parts.validation, device)


def _train_locked(
    run: Run, trainer: Loop, parts: "Parts | SceneParts", report: bool, watcher: Watcher
) -> Run:
    """Train the remaining epochs, saving after each, and finish the run folder."""
    try:
        with locked(run.folder):
            run.sweep()
            if saved := run.load_resume():
                trainer.restore(*saved)
            return _train_and_finish(run, trainer, parts, report, watcher)
    except LockedError as error:
        raise ModelError(
            f"another process is training in {run.folder}: wait for it, or stop it first"
        ) from error


def _train_and_finish(
    run: Run, trainer: Loop, parts: "Parts | SceneParts", report: bool, watcher: Watcher
) -> Run:
    if isinstance(parts, Parts):
        watcher.loads(parts)
    watcher.begins(run, len(trainer.history))
    total = trainer.count
    try:
        for epoch in trainer.epochs(
            lambda seen: watcher.sees(len(trainer.history) + 1, seen, total)
        ):
            run.save_resume(*trainer.state())
            write_history(run, trainer.history)
            watcher.passed(epoch)
    except OutcomeError as error:
        raise OutcomeError(f"{error}; {keep_last_good(run, trainer)}") from error
    if isinstance(parts, Parts):
        return finish(run, trainer, parts, report, watcher)
    from lenet.experiment.finder_run import finish_finder

    return finish_finder(run, trainer, parts, watcher)


def _restore_hint(recipe: Recipe) -> str:
    """Return how to restore changed data, if possible, as part of an error message."""
    if any(Source.parse(source).kind == "corrections" for source in recipe.data):
        return "corrections were added or deleted; "
    if _is_in_memory(recipe):
        return "hand over the same images and labels, or "
    return f"restore the files of {', '.join(recipe.data)}, or "


def _versions(device: str) -> dict[str, str]:
    packages = ("lenet", "torch", "numpy", "onnxruntime")
    gpu = {"gpu": torch.cuda.get_device_name()} if device == "cuda" else {}
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        **gpu,
        **{package: version(package) for package in packages},
    }


def finish(run: Run, trainer: Loop, parts: Parts, report: bool, watcher: Watcher) -> Run:
    """Export the network, score it, draw the report if wanted, and finish the run folder."""
    model, digest = keep_result(run, trainer, parts.train.classes)

    watcher.enters("exporting to ONNX")
    calibration = _calibration(model, parts) if run.recipe.calibrate else None
    exported = to_onnx(model, parts.train.classes, calibration, parts.preparation)
    prove(exported.model, model, parts.train.images[:PROOF_IMAGES])
    for name, content in exported.files.items():
        run.write(name, content)

    if belief := _belief(run.recipe, exported.model, parts, watcher):
        run.write(BELIEF, belief.to_json())

    watcher.enters("scoring (the only time that the test set is read)")
    classifier = Classifier(exported.model)
    logits = classifier.logits(parts.test.images)
    scores = {
        name: score(classifier, part, logits if name == "test" else None)
        for name, part in parts.present().items()
    }
    run.write(SCORES, as_json({name: s.to_dict() for name, s in scores.items()}))
    hidden = _is_correction(parts)
    run.write(
        MISTAKES, as_json(find_mistakes(classifier, parts.test, hidden=hidden, logits=logits))
    )
    layers = Layers(exported.layers)
    if embedding := embedding_of(layers, parts.test, hidden):
        run.write(EMBEDDING, as_json(embedding))

    facts = {"weights": digest, "seconds": sum(epoch.seconds for epoch in trainer.history)}
    scored_run = Run(run.folder, run.recipe, run.manifest.model_copy(update=facts))
    robustness = None
    if report:
        watcher.enters("drawing the report")
        inspection = Inspection(scored_run)
        inspection.history = [asdict(epoch) for epoch in trainer.history]
        inspection.scores = {str(part): each for part, each in scores.items()}
        inspection.test, inspection.network = parts.test, model
        inspection.probabilities = classifier.calibrated(logits)
        inspection.classifier, inspection.layers = classifier, layers
        _write_report(run, inspection)
        robustness = inspection.robustness
        run.write(MEASURED, as_json({"conditions": conditions(robustness)}))
    changed = changes(run.recipe, classifier, parts) if run.recipe.start_from else []
    if changed:
        run.write(FINETUNING, as_json([asdict(change) for change in changed]))
    run.write(CARD, card(scored_run, scores, robustness, calibration, changed).encode())
    regressed = any(change.regressed for change in changed)
    return run.finish("regressed" if regressed else "done", **facts)


def _belief(recipe: Recipe, model: bytes, parts: Parts, watcher: Watcher) -> "Belief | None":
    """Fit what to believe of a finder's proposals, or take that of the model it began as."""
    if recipe.finder:
        from lenet.experiment.belief_run import fit_belief

        watcher.enters("fitting what to believe of the finder's proposals")
        return fit_belief(model, recipe.finder, parts.folder)
    if not recipe.start_from or parts.train.classes != DIGITS:
        return None
    from lenet.experiment.belief_run import carry_belief

    return carry_belief(Run.find(recipe.start_from), model)


def keep_last_good(run: Run, trainer: Loop) -> str:
    """Keep the weights of the last saved epoch; return the end of the error message."""
    saved = run.load_resume()
    if saved is None:
        run.finish("diverged")
        return f"no epoch was completed, {run.folder} holds no weights"
    trainer.restore(*saved)
    classes = tuple(run.manifest.data["classes"])
    digest = write_weights(run, trainer.result(), classes)
    run.finish("diverged", weights=digest)
    return f"the weights of epoch {len(trainer.history)} are kept in {run.folder / WEIGHTS}"


def _is_correction(parts: Parts) -> NDArray[np.bool_]:
    """Return for each test image whether it is a correction, which a run must not publish."""
    masks = [
        np.full(len(test), Source.parse(source).kind == "corrections")
        for source, test in parts.tests.items()
    ]
    # The recipe's own sources come first, in the same order as in `parts.test`.
    return np.concatenate(masks)[: len(parts.test)]


def _calibration(model: nn.Sequential, parts: Parts) -> Calibration:
    held_out, others = parts.validation, parts.nondigits_validation
    assert held_out is not None, "a recipe that calibrates must hold out images"
    return calibrate(
        infer(model, held_out.images).numpy(),
        held_out.labels,
        None if others is None else infer(model, others.images).numpy(),
        own=parts.own,
    )


def _write_report(run: Run, inspection: Inspection) -> None:
    try:
        (run.folder / "figures").mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(run.folder / "figures", error) from error
    from lenet.experiment.report import report_files  # brings matplotlib

    for name, content in report_files(inspection):
        run.write(name, content)

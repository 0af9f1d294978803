"""One whole run: data, training, export, scores, run folder; `lenet train` calls it."""

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from lenet.datasets import Source
from lenet.datasets.parts import Parts, load_parts
from lenet.errors import DataError, ModelError, OutcomeError, UsageError
from lenet.evaluation import changes, find_mistakes, score, with_former_tests
from lenet.experiment.card import card
from lenet.experiment.exporting import PROOF_IMAGES, prove, to_onnx
from lenet.experiment.report import report_files
from lenet.inspection import Inspection
from lenet.inspection.conditions import conditions
from lenet.inspection.feature_maps import Layers
from lenet.metrics.calibration import Calibration, calibrate
from lenet.models.weights import network_of
from lenet.reader import Classifier
from lenet.recipe import Recipe
from lenet.run import CARD, FINETUNING, HISTORY, MEASURED, MISTAKES, SCORES, WEIGHTS, Manifest, Run
from lenet.storage import LockedError, cannot_write, locked, safetensors_bytes, weights_digest
from lenet.training import Epoch, Trainer, choose_device, infer
from lenet.training.watching import Watcher


def train(
    recipe: Recipe | str = "lenet5",
    *,
    runs: str | Path = "runs",
    data_dir: str | Path | None = None,
    device: str = "auto",
    report: bool = True,
    watcher: Watcher | None = None,
) -> Run:
    """Train a recipe, evaluate the result and write a run folder.

    A run that starts from a model ends in the state ``regressed`` if it loses more than 0.2 points
    on the test set of any source (`lenet.evaluation`).

    Parameters
    ----------
    recipe : Recipe or str
        A recipe, or the name of a built-in one or of a TOML file.
    runs : path
        Where to make the new folder ``<recipe>-<n>``.
    data_dir : path, optional
        First folder to search for MNIST.
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    report : bool
        Whether to draw the figures and the report page, which takes a few seconds.
    watcher : Watcher, optional
        Receives progress.

    Raises
    ------
    UsageError, DataError
        The recipe, the device or the data cannot be used; no folder was made.
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
    parts = with_former_tests(recipe, load_parts(recipe, Path(data_dir) if data_dir else None))
    manifest = Manifest(
        started=datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        seed=recipe.seed,
        device=device,
        threads=torch.get_num_threads(),
        versions=_versions(device),
        data=parts.facts(),
    )
    trainer = Trainer(recipe, parts.train, parts.validation, device, parts.nondigits)
    run = Run.create(recipe, manifest, Path(runs))
    return _run_locked(run, trainer, parts, report, watcher or Watcher())


def resume(
    folder: str | Path,
    *,
    data_dir: str | Path | None = None,
    device: str | None = None,
    report: bool = True,
    watcher: Watcher | None = None,
) -> Run:
    """Resume a stopped run after its last complete epoch, on its own device or another.

    On a CPU the weights are bit for bit those of an uninterrupted run, because torch is set to the
    number of threads that the run started with.

    Raises
    ------
    UsageError
        The run is already finished.
    ModelError
        The folder is not a run folder, or is broken.
    DataError
        The data has changed.
    """
    run = Run.find(folder)
    if run.manifest.state != "training":
        raise UsageError(
            f"{folder} cannot be resumed, its state is {run.manifest.state!r}: "
            "start a new run with `lenet train`"
        )
    parts = load_parts(run.recipe, Path(data_dir) if data_dir else None)
    if parts.facts() != run.manifest.data:
        raise DataError(
            f"the data of {folder} has changed since the run began: {_data_advice(run.recipe)}"
            "start a new run"
        )
    parts = with_former_tests(run.recipe, parts)
    torch.set_num_threads(run.manifest.threads)
    chosen = choose_device(device or run.manifest.device)
    trainer = Trainer(run.recipe, parts.train, parts.validation, chosen, parts.nondigits)
    return _run_locked(run, trainer, parts, report, watcher or Watcher())


def load(model: str | Path) -> nn.Sequential:
    """Return the torch network of a run folder or a shipped model, in evaluation mode.

    Raises
    ------
    UsageError, ModelError
        See `lenet.run.Run.find`; or the weights are missing, broken, altered or do not fit.
    """
    return network_of(Run.find(model))


def _run_locked(run: Run, trainer: Trainer, parts: Parts, report: bool, watcher: Watcher) -> Run:
    """Lock the folder, restore any saved state, train the remaining epochs and finish the run."""
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
    run: Run, trainer: Trainer, parts: Parts, report: bool, watcher: Watcher
) -> Run:
    """Train, saving after each epoch; then finish the run."""
    watcher.begins(run, len(trainer.history))
    total = len(trainer.images)
    try:
        for epoch in trainer.epochs(
            lambda seen: watcher.sees(len(trainer.history) + 1, seen, total)
        ):
            run.save_resume(*trainer.state())
            write_history(run, trainer.history)
            watcher.passed(epoch)
    except OutcomeError as error:
        raise OutcomeError(f"{error}; {keep_last_good(run, trainer)}") from error
    return finish(run, trainer, parts, report, watcher)


def _data_advice(recipe: Recipe) -> str:
    """Return the start of the advice about changed data; "start a new run" follows it."""
    if any(Source.parse(source).kind == "corrections" for source in recipe.data):
        return "corrections were added or deleted; "
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


def finish(run: Run, trainer: Trainer, parts: Parts, report: bool, watcher: Watcher) -> Run:
    """Export the network, score it, draw the report if `report`, and finish the run folder."""
    # On the CPU, because a GPU rounds products more coarsely, by up to 3e-4.
    model = trainer.result().cpu()
    write_history(run, trainer.history)
    digest = write_weights(run, model, parts.train.classes)

    watcher.enters("exporting to ONNX")
    calibration = _calibrate(model, parts) if run.recipe.calibrate else None
    exported = to_onnx(model, parts.train.classes, calibration)
    prove(exported.model, model, parts.train.images[:PROOF_IMAGES])
    for name, content in exported.files.items():
        run.write(name, content)

    watcher.enters("scoring; the test set is read now, once")
    classifier = Classifier(exported.model)
    scores = {name: score(classifier, part) for name, part in parts.present().items()}
    run.write(SCORES, _json({name: s.to_dict() for name, s in scores.items()}))
    run.write(
        MISTAKES, _json(find_mistakes(classifier, parts.test, hidden=_are_corrections(parts)))
    )

    facts = {"weights": digest, "seconds": sum(epoch.seconds for epoch in trainer.history)}
    described = Run(run.folder, run.recipe, run.manifest.model_copy(update=facts))
    robustness = None
    if report:
        watcher.enters("drawing the report")
        inspection = Inspection(described)
        inspection.history = [asdict(epoch) for epoch in trainer.history]
        inspection.scores = {str(part): part_scores for part, part_scores in scores.items()}
        inspection.test, inspection.network = parts.test, model
        inspection.classifier, inspection.layers = classifier, Layers(exported.layers)
        _write_report(run, inspection)
        robustness = inspection.robustness
        run.write(MEASURED, _json({"conditions": conditions(robustness)}))
    changed = changes(run.recipe, classifier, parts) if run.recipe.start_from else []
    if changed:
        run.write(FINETUNING, _json([asdict(change) for change in changed]))
    run.write(CARD, card(described, scores, robustness, calibration, changed).encode())
    regressed = any(change.regressed for change in changed)
    return run.finish("regressed" if regressed else "done", **facts)


def keep_last_good(run: Run, trainer: Trainer) -> str:
    """Keep the weights of the last saved epoch; return text to end the error message with."""
    saved = run.load_resume()
    if saved is None:
        run.finish("diverged")
        return f"it failed in the first epoch, so {run.folder} holds no weights"
    trainer.restore(*saved)
    classes = tuple(run.manifest.data["classes"])
    digest = write_weights(run, trainer.result(), classes)
    run.finish("diverged", weights=digest)
    return f"the weights of epoch {len(trainer.history)} are kept in {run.folder / WEIGHTS}"


def _are_corrections(parts: Parts) -> NDArray[np.bool_]:
    """Return which test images are users' corrections; a run must not publish those."""
    hidden = [
        np.full(len(test), Source.parse(source).kind == "corrections")
        for source, test in parts.tests.items()
    ]
    # The recipe's own sources come first, in the order of its test part.
    return np.concatenate(hidden)[: len(parts.test)]


def _calibrate(model: nn.Sequential, parts: Parts) -> Calibration:
    held_out, nondigits = parts.validation, parts.nondigits_validation
    assert held_out is not None, "a recipe with `calibrate` always has a validation part"
    return calibrate(
        infer(model, held_out.images).numpy(),
        held_out.labels,
        None if nondigits is None else infer(model, nondigits.images).numpy(),
    )


def _write_report(run: Run, inspection: Inspection) -> None:
    try:
        (run.folder / "figures").mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(run.folder / "figures", error) from error
    for name, content in report_files(inspection):
        run.write(name, content)


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode() + b"\n"


def write_history(run: Run, history: list[Epoch]) -> None:
    """Write the history file: one line for each epoch so far."""
    run.write(HISTORY, "".join(json.dumps(asdict(e)) + "\n" for e in history).encode())


def write_weights(run: Run, model: nn.Sequential, classes: tuple[str, ...]) -> str:
    """Write the weights, with model, dropout and classes; return the digest of the weights only."""
    weights = model.state_dict()
    facts = {"model": run.recipe.model, "dropout": run.recipe.dropout, "classes": list(classes)}
    run.write(WEIGHTS, safetensors_bytes(weights, facts))
    return weights_digest({name: np.asarray(t.detach().cpu()) for name, t in weights.items()})

"""The end of a run: a trained network exported, scored, reported; what a diverged one keeps."""

import json
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray
from torch import nn

from lenet.datasets import Source
from lenet.datasets.parts import Parts
from lenet.evaluation import score
from lenet.evaluation.finetuning import changes
from lenet.evaluation.mistakes import find_mistakes
from lenet.experiment.card import card
from lenet.experiment.exporting import PROOF_IMAGES, prove, to_onnx
from lenet.experiment.report import report_files
from lenet.inspection import Inspection
from lenet.inspection.conditions import conditions
from lenet.inspection.feature_maps import Layers
from lenet.metrics.calibration import Calibration, calibrate
from lenet.reader import Classifier
from lenet.run import CARD, FINETUNING, HISTORY, MEASURED, MISTAKES, SCORES, WEIGHTS, Run
from lenet.storage import cannot_write, safetensors_bytes, weights_digest
from lenet.training import Epoch, Trainer, infer
from lenet.training.watching import Watcher


def finish(run: Run, trainer: Trainer, parts: Parts, report: bool, watcher: Watcher) -> Run:
    """Export the network, score it, draw the report if wanted, and finish the run folder."""
    # On the CPU, where it will be used: a GPU rounds its products coarsely, by up to 3e-4.
    model = trainer.result().cpu()
    write_history(run, trainer.history)
    digest = write_weights(run, model, parts.train.classes)

    watcher.enters("exporting to ONNX")
    calibration = _calibrated(model, parts) if run.recipe.calibrate else None
    exported = to_onnx(model, parts.train.classes, calibration)
    prove(exported.model, model, parts.train.images[:PROOF_IMAGES])
    for name, content in exported.files.items():
        run.write(name, content)

    watcher.enters("scoring; the test set is read now, once")
    classifier = Classifier(exported.model)
    scores = {name: score(classifier, part) for name, part in parts.present().items()}
    run.write(SCORES, _json({name: s.to_dict() for name, s in scores.items()}))
    run.write(MISTAKES, _json(find_mistakes(classifier, parts.test, hidden=_of_people(parts))))

    facts = {"weights": digest, "seconds": sum(epoch.seconds for epoch in trainer.history)}
    described = Run(run.folder, run.recipe, run.manifest.model_copy(update=facts))
    robustness = None
    if report:
        watcher.enters("drawing the report")
        inside = Inspection(described)
        inside.history = [asdict(epoch) for epoch in trainer.history]
        inside.scores = {str(part): scored for part, scored in scores.items()}
        inside.test, inside.network = parts.test, model
        inside.classifier, inside.layers = classifier, Layers(exported.layers)
        _write_report(run, inside)
        robustness = inside.robustness
        run.write(MEASURED, _json({"conditions": conditions(robustness)}))
    changed = changes(run.recipe, classifier, parts) if run.recipe.start_from else []
    if changed:
        run.write(FINETUNING, _json([asdict(change) for change in changed]))
    run.write(CARD, card(described, scores, robustness, calibration, changed).encode())
    regressed = any(change.regressed for change in changed)
    return run.finish("regressed" if regressed else "done", **facts)


def keep_last_good(run: Run, trainer: Trainer) -> str:
    """Keep the weights of the last saved epoch; return the end of the error message."""
    saved = run.load_resume()
    if saved is None:
        run.finish("diverged")
        return f"no epoch was good, {run.folder} holds no weights"
    trainer.restore(*saved)
    classes = tuple(run.manifest.data["classes"])
    digest = write_weights(run, trainer.result(), classes)
    run.finish("diverged", weights=digest)
    return f"the weights of epoch {len(trainer.history)} are kept in {run.folder / WEIGHTS}"


def _of_people(parts: Parts) -> NDArray[np.bool_]:
    """Return which test images are corrected readings, which a run must not pass on."""
    hidden = [
        np.full(len(test), Source.parse(source).kind == "corrections")
        for source, test in parts.tests.items()
    ]
    # The recipe's own sources come first, in the order of its test part.
    return np.concatenate(hidden)[: len(parts.test)]


def _calibrated(model: nn.Sequential, parts: Parts) -> Calibration:
    held_out, others = parts.validation, parts.nondigits_validation
    assert held_out is not None, "the recipe has refused this"
    return calibrate(
        infer(model, held_out.images).numpy(),
        held_out.labels,
        None if others is None else infer(model, others.images).numpy(),
    )


def _write_report(run: Run, inside: Inspection) -> None:
    try:
        (run.folder / "figures").mkdir(exist_ok=True)
    except OSError as error:
        raise cannot_write(run.folder / "figures", error) from error
    for name, content in report_files(inside):
        run.write(name, content)


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode() + b"\n"


def write_history(run: Run, history: list[Epoch]) -> None:
    """Write one line for each epoch so far."""
    run.write(HISTORY, "".join(json.dumps(asdict(e)) + "\n" for e in history).encode())


def write_weights(run: Run, model: nn.Sequential, classes: tuple[str, ...]) -> str:
    """Write the weights with model, dropout and classes; return the digest of the weights alone."""
    weights = model.state_dict()
    facts = {"model": run.recipe.model, "dropout": run.recipe.dropout, "classes": list(classes)}
    run.write(WEIGHTS, safetensors_bytes(weights, facts))
    return weights_digest({name: np.asarray(t.detach().cpu()) for name, t in weights.items()})

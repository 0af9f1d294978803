"""One whole run: data, training, export, scores, run folder. What `lenet train` calls."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import torch
from torch import nn

from lenet.datasets import Source
from lenet.datasets.parts import Parts, load_parts
from lenet.errors import DataError, ModelError, OutcomeError, UsageError
from lenet.evaluation.finetuning import with_former_tests
from lenet.experiment.finishing import finish, keep_last_good, write_history
from lenet.models.weights import network_of
from lenet.recipe import Recipe
from lenet.run import Manifest, Run
from lenet.storage import LockedError, locked
from lenet.training import Trainer, choose_device
from lenet.training.watching import Watcher

__all__ = ["Watcher", "load", "resume", "train"]


def train(
    recipe: Recipe | str = "lenet5",
    *,
    runs: str | Path = "runs",
    data_dir: str | Path | None = None,
    device: str = "auto",
    report: bool = True,
    watcher: Watcher | None = None,
) -> Run:
    """Train a recipe from the beginning, evaluate it and leave a run folder.

    A recipe that starts from a model is marked ``regressed`` in the run's state if what came of it
    loses more than 0.2 points on any of its sources' test sets (`lenet.evaluation.finetuning`).

    Parameters
    ----------
    recipe : Recipe or str
        What to train, or the name of a built-in recipe or a TOML file.
    runs : path
        Where the new folder ``<recipe>-<n>`` is made.
    data_dir : path, optional
        Where MNIST is looked for first.
    device : str
        ``auto``, ``cpu``, ``cuda`` or ``mps``.
    report : bool
        Whether to draw the figures and the report page, which takes some seconds.
    watcher : Watcher, optional
        Is told how it goes.

    Raises
    ------
    UsageError, DataError
        The recipe, the device or the data are not as they should be; no folder was made.
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
    return _carry_on(run, trainer, parts, report, watcher or Watcher())


def resume(
    folder: str | Path,
    *,
    data_dir: str | Path | None = None,
    device: str | None = None,
    report: bool = True,
    watcher: Watcher | None = None,
) -> Run:
    """Go on with a run that was stopped, from its last whole epoch; on its device, or another.

    On a CPU the weights come out bit for bit as if it had never been stopped; for that, torch is
    set to the number of threads that the run began with.

    Raises
    ------
    UsageError
        The run is finished already.
    ModelError
        It is no run folder, or broken.
    DataError
        The data is not what it was.
    """
    run = Run.find(folder)
    if run.manifest.state != "training":
        raise UsageError(
            f"{folder} is not waiting to go on, its state is {run.manifest.state!r}: "
            "start a new run with `lenet train`"
        )
    parts = load_parts(run.recipe, Path(data_dir) if data_dir else None)
    if parts.facts() != run.manifest.data:
        raise DataError(
            f"the data of {folder} is not what it was when the run began: {_bring_back(run.recipe)}"
            "start a new run"
        )
    parts = with_former_tests(run.recipe, parts)
    torch.set_num_threads(run.manifest.threads)
    chosen = choose_device(device or run.manifest.device)
    trainer = Trainer(run.recipe, parts.train, parts.validation, chosen, parts.nondigits)
    return _carry_on(run, trainer, parts, report, watcher or Watcher())


def load(model: str | Path) -> nn.Sequential:
    """Return the torch network of a run folder or a shipped model, in evaluation mode.

    Raises
    ------
    UsageError, ModelError
        See `lenet.run.Run.find`; the file is missing, broken or altered, or does not fit.
    """
    return network_of(Run.find(model))


def _carry_on(run: Run, trainer: Trainer, parts: Parts, report: bool, watcher: Watcher) -> Run:
    """Train what is left, saving after each epoch, and finish the run folder."""
    try:
        with locked(run.folder):
            run.sweep()
            if saved := run.load_resume():
                trainer.restore(*saved)
            return _learn_and_finish(run, trainer, parts, report, watcher)
    except LockedError as error:
        raise ModelError(
            f"another process is training in {run.folder}: wait for it, or stop it first"
        ) from error


def _learn_and_finish(
    run: Run, trainer: Trainer, parts: Parts, report: bool, watcher: Watcher
) -> Run:
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


def _bring_back(recipe: Recipe) -> str:
    """Return what to do about changed data, as an alternative to a new run."""
    if any(Source.parse(source).kind == "corrections" for source in recipe.data):
        return "corrections have come or were taken back since; "
    return f"bring back the files of {', '.join(recipe.data)}, or "


def _versions(device: str) -> dict[str, str]:
    packages = ("lenet", "torch", "numpy", "onnxruntime")
    gpu = {"gpu": torch.cuda.get_device_name()} if device == "cuda" else {}
    return {
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        **gpu,
        **{package: version(package) for package in packages},
    }

"""What every training leaves in its run folder, whatever the network is for."""

import json
from dataclasses import asdict

import numpy as np
from torch import nn

from lenet.run import HISTORY, WEIGHTS, Run
from lenet.storage import safetensors_bytes, weights_digest
from lenet.training import Epoch
from lenet.training.loop import Loop


def keep_result(run: Run, trainer: Loop, classes: tuple[str, ...]) -> tuple[nn.Sequential, str]:
    """Write history and weights of a training that is over.

    Returns
    -------
    model : nn.Sequential
        On the CPU, where it will be used: a GPU rounds more coarsely, by up to 3e-4.
    digest : str
        Of its weights.
    """
    model = trainer.result().cpu()
    write_history(run, trainer.history)
    return model, write_weights(run, model, classes)


def as_json(value: object) -> bytes:
    """Return a value as the content of a JSON file."""
    return json.dumps(value, indent=1).encode() + b"\n"


def write_history(run: Run, history: list[Epoch]) -> None:
    """Write ``history.jsonl``, one line for each epoch so far."""
    run.write(HISTORY, "".join(json.dumps(asdict(e)) + "\n" for e in history).encode())


def write_weights(run: Run, model: nn.Sequential, classes: tuple[str, ...]) -> str:
    """Write the weights with model, dropout and classes; return the digest of the weights."""
    weights = model.state_dict()
    facts = {"model": run.recipe.model, "dropout": run.recipe.dropout, "classes": list(classes)}
    run.write(WEIGHTS, safetensors_bytes(weights, facts))
    return weights_digest({name: np.asarray(t.detach().cpu()) for name, t in weights.items()})

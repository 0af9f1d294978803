"""What a run folder keeps of a training: its history and its weights."""

import json
from dataclasses import asdict

import numpy as np
from torch import nn

from lenet.run import HISTORY, WEIGHTS, Run
from lenet.storage import safetensors_bytes, weights_digest
from lenet.training import Epoch


def write_history(run: Run, history: list[Epoch]) -> None:
    """Write a line for each epoch so far."""
    run.write(HISTORY, "".join(json.dumps(asdict(e)) + "\n" for e in history).encode())


def write_weights(run: Run, model: nn.Sequential, classes: tuple[str, ...]) -> str:
    """Write the weights and what they belong to; return the digest of the weights themselves."""
    weights = model.state_dict()
    facts = {"model": run.recipe.model, "dropout": run.recipe.dropout, "classes": list(classes)}
    run.write(WEIGHTS, safetensors_bytes(weights, facts))
    return weights_digest({name: np.asarray(t.detach().cpu()) for name, t in weights.items()})

"""Measure the times for docs/results.md on an idle machine, and write docs/times.json.

python tools/times.py                        everything: half an hour on two cores
python tools/times.py --only lenet5,fast

For a recipe, one epoch is trained; the file keeps its seconds, and the milliseconds its network
needs for a single image on one thread. A classical model is trained completely. New times replace
older ones.
"""

import argparse
import json
import platform
from datetime import UTC, datetime

import torch

from lenet import datasets
from lenet.comparison import CLASSICAL
from lenet.comparison.contenders import as_pixels, fit
from lenet.comparison.matrix import time_one
from lenet.datasets import Splits
from lenet.datasets.parts import split_parts
from lenet.experiment.exporting import to_onnx
from lenet.reader import Classifier
from lenet.recipe import Recipe
from lenet.storage import write_atomically
from lenet.training import Trainer
from results import DOCS, chosen

TIMES = DOCS / "times.json"


def main() -> None:
    """Time the contenders one by one; write the file after each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", metavar="NAME,…", help="only these contenders")
    names = [name for session in chosen(parser.parse_args().only) for name in session]
    mnist = datasets.load("mnist")
    times = json.loads(TIMES.read_text()) if TIMES.exists() else {}
    for name in names:
        seconds, milliseconds = (
            of_classical(name, mnist) if name in CLASSICAL else of_recipe(name, mnist)
        )
        times[name] = {
            "seconds": round(seconds, 2),
            "milliseconds": round(milliseconds, 4),
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{platform.machine()}, {torch.get_num_threads()} threads",
        }
        write_atomically(TIMES, json.dumps(dict(sorted(times.items())), indent=1).encode() + b"\n")
        print(f"{name:26} {seconds:8.2f} s  {milliseconds:.4f} ms", flush=True)


def of_recipe(name: str, mnist: Splits) -> tuple[float, float]:
    """Return the seconds for an epoch and the milliseconds for an image."""
    recipe = Recipe.load(name)
    parts = split_parts(recipe, {"mnist": mnist})
    trainer = Trainer(recipe, parts.train, parts.validation, nondigits=parts.nondigits)
    epoch = next(trainer.epochs())
    exported = to_onnx(trainer.result(), parts.train.classes)
    return epoch.seconds, time_one(Classifier(exported.model, threads=1).logits, mnist.test.images)


def of_classical(name: str, mnist: Splits) -> tuple[float, float]:
    """Return the seconds for the whole training and the milliseconds for an image."""
    model, seconds = fit(CLASSICAL[name], 0, mnist.train)
    return seconds, time_one(model.predict, as_pixels(mnist.test.images))


if __name__ == "__main__":
    main()

"""Put the model of a finished run into the package, where `--model NAME` finds it.

python tools/ship_model.py runs/lenet5-1 lenet5
"""

import argparse
from pathlib import Path

from lenet.errors import ModelError
from lenet.run import CARD, HISTORY, LAYERS, MODEL, SCORES, WEIGHTS, Run
from lenet.storage import write_atomically

SHIPPED = ("recipe.toml", MODEL, LAYERS, WEIGHTS, SCORES, HISTORY, CARD)
PACKAGE = Path(__file__).parent.parent / "src" / "lenet" / "weights"


def ship(run: Run, name: str) -> Path:
    """Copy what a reader needs of `run`, each file checked by its digest; return the folder."""
    if run.manifest.state != "done":
        raise ModelError(f"{run.folder} is {run.manifest.state}: only a finished run is shipped")
    folder = PACKAGE / name
    folder.mkdir(parents=True, exist_ok=True)
    for file in SHIPPED:
        write_atomically(folder / file, run.read(file))
    files = {file: run.manifest.files[file] for file in SHIPPED}
    manifest = run.manifest.model_copy(update={"files": files})
    write_atomically(folder / "run.json", manifest.model_dump_json(indent=2).encode() + b"\n")
    return folder


def main() -> None:
    """Ship one model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("name", help="what --model will call it")
    words = parser.parse_args()
    print(ship(Run.open(words.run), words.name))


if __name__ == "__main__":
    main()

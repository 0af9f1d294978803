"""Fit the belief of a reader to another finder, in a copy of its run: to compare finders.

python tools/refit_belief.py reader runs/finder-1 runs/reader-for-finder-1
python benchmarks/wild.py --data DIR --model runs/reader-for-finder-1 --finder runs/finder-1
"""

import argparse
import shutil
from pathlib import Path

from lenet.experiment.belief_run import fit_belief
from lenet.run import BELIEF, MODEL, Run


def main() -> None:
    """Copy a run and replace its belief."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("reader", help="a shipped reader or a run folder")
    parser.add_argument("finder", help="a shipped finder or a run folder")
    parser.add_argument("copy", type=Path, help="where the copy of the reader is made; new")
    words = parser.parse_args()
    # First, since fitting takes minutes, and what is there already is not overwritten.
    copy = Run.open(Path(shutil.copytree(Run.find(words.reader).folder, words.copy)))
    copy.replace({BELIEF: fit_belief(copy.read(MODEL), words.finder).to_json()})
    print(copy.folder)


if __name__ == "__main__":
    main()

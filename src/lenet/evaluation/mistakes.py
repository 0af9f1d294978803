"""What a model misreads of its test images, in a file of its run.

So it can be looked at wherever the run is, without the data it was tested on.
"""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet.datasets import Dataset
from lenet.reader import Classifier

MOST = 100  # images are kept

LICENCES = {
    "mnist": "Images of MNIST by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, "
    "CC BY-SA 3.0, https://creativecommons.org/licenses/by-sa/3.0/"
}


def find_mistakes(
    classifier: Classifier,
    test: Dataset,
    most: int = MOST,
    hidden: NDArray[np.bool_] | None = None,
) -> dict[str, Any]:
    """Ask `classifier` about every image of `test`; return what it misreads, as JSON holds it.

    Parameters
    ----------
    classifier : Classifier
    test : Dataset
        Of the same classes.
    most : int
        So many are returned at most, those with the most probable answers; all are counted.
    hidden : bool array (n,), optional
        Images that are counted and never returned.

    Returns
    -------
    dict
        ``total`` and ``errors``; how many of all images are ``refused`` as showing no class or are
        ``uncertain``; ``confident_errors``, which are neither; and the list ``mistakes``: of each
        ``index``, ``truth``, ``answer``, ``probability``, ``status`` as a reading has it, and
        ``image``, 784 bytes in base64. ``licence`` says whose the images are, where that is known;
        of those of several sources, of which it speaks.
    """
    judgement = classifier.judge(classifier.logits(test.images))
    answers, probabilities = judgement.answers, judgement.probabilities.max(axis=1)
    statuses = np.array(judgement.statuses, dtype=object)
    wrong = answers != test.labels
    (shown,) = np.nonzero(wrong if hidden is None else wrong & ~hidden)
    worst = shown[np.argsort(-probabilities[shown], kind="stable")][:most]
    names = test.name.split("+")
    known = [LICENCES[name] for name in names if name in LICENCES]
    if len(known) < len(names):
        known = [f"{licence}; the others are not theirs" for licence in known]
    return {
        **({"licence": "; ".join(known)} if known else {}),
        "total": len(test),
        "errors": int(wrong.sum()),
        "refused": int((statuses == "not_a_digit").sum()),
        "uncertain": int((statuses == "uncertain").sum()),
        "confident_errors": int((wrong & (statuses == "digit")).sum()),
        "mistakes": [
            {
                "index": int(index),
                "truth": int(test.labels[index]),
                "answer": int(answers[index]),
                "probability": float(probabilities[index]),
                "status": statuses[index],
                "image": base64.b64encode(test.images[index].tobytes()).decode("ascii"),
            }
            for index in worst
        ],
    }

"""The test images that a model misreads, kept in a file of its run.

So they can be looked at without the data that the model was tested on.
"""

import base64
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lenet.datasets import Dataset
from lenet.reader import Classifier

MOST = 100  # images kept: some 100 kB, and more than anybody looks at

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
    """Classify every image of `test` and return the misread ones, as JSON holds them.

    Parameters
    ----------
    classifier : Classifier
    test : Dataset
        With the classes of `classifier`; n images.
    most : int
        The most images to return, those with the most probable answers; all are counted.
    hidden : bool ndarray (n,), optional
        Images that are counted but never returned.

    Returns
    -------
    dict
        ``total`` and ``errors``; how many of all images are ``refused`` or ``uncertain``;
        ``confident_errors``, which are neither; and the list ``mistakes``, each with ``index``,
        ``truth``, ``answer``, ``probability``, ``status`` and ``image``, 784 bytes in base64.
        ``licence`` says whose the images are, where that is known.
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

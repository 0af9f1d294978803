"""A finished run with everything that figures of it are drawn from, computed when first needed."""

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lenet import datasets, metrics
from lenet.datasets import Dataset
from lenet.datasets.parts import preparation_of
from lenet.errors import DataError
from lenet.evaluation import read_scores
from lenet.inspection.embedding import MOST_TSNE, Plane, pca, spread, tsne
from lenet.inspection.feature_maps import Kernels, Layers, kernels
from lenet.metrics import Curve, Scores
from lenet.reader import Classifier
from lenet.run import HISTORY, LAYERS, MODEL, Run

if TYPE_CHECKING:
    from torch import nn


class Inspection:
    """A finished run with everything that figures of it are drawn from.

    Each attribute is read or computed when it is first used. A caller that already has its value
    may set it beforehand. Reading an attribute raises `ModelError` where the run lacks the file
    behind it, and `DataError` where the run's data are missing or have changed.

    Parameters
    ----------
    run : Run
    data_dir : Path, optional
        Where MNIST is looked for first.

    Raises
    ------
    UsageError
        The run is of a finder.

    Attributes
    ----------
    history : list of dict
        One for each epoch.
    scores : dict of str to Scores
        By part of the data.
    test : Dataset
    classifier : Classifier
    layers : Layers
    network : nn.Sequential
        In torch.
    """

    def __init__(self, run: Run, data_dir: Path | None = None) -> None:
        self.run = run.require_reader()
        self.data_dir = data_dir

    @cached_property
    def history(self) -> list[dict[str, Any]]:  # noqa: D102 - described by the class
        return [json.loads(line) for line in self.run.read(HISTORY).splitlines()]

    @cached_property
    def scores(self) -> dict[str, Scores]:  # noqa: D102
        return read_scores(self.run)

    @cached_property
    def test(self) -> Dataset:  # noqa: D102
        learnt = preparation_of(self.run)
        test = datasets.load_all(
            self.run.recipe.data, self.data_dir, show_progress=True, learnt=learnt
        ).test
        if test.digest != self.run.manifest.data["test_digest"]:
            raise DataError(
                f"the test data of {self.run.folder} have changed since it was trained: "
                f"bring back the files of {', '.join(self.run.recipe.data)}"
            )
        return test

    @cached_property
    def classifier(self) -> Classifier:  # noqa: D102
        return Classifier(self.run.read(MODEL))

    @cached_property
    def layers(self) -> Layers:  # noqa: D102
        return Layers(self.run.read(LAYERS))

    @cached_property
    def network(self) -> "nn.Sequential":  # noqa: D102
        from lenet.models.weights import network_of

        return network_of(self.run)

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """The network's answers ``(n, k)`` to the test images."""
        return self.classifier.probabilities(self.test.images)

    @cached_property
    def roc_curves(self) -> list[Curve | None]:
        """Each class's ROC curve on the test images."""
        return metrics.roc_curves(self.probabilities, self.test.labels)

    @cached_property
    def robustness(self) -> dict[str, Scores]:
        """Scores on some of the test images, disturbed in each of several ways."""
        from lenet.inspection.conditions import robustness

        return robustness(self.classifier, self.test)

    @cached_property
    def kernels(self) -> dict[str, Kernels]:
        """The kernels of every convolution before and after training."""
        return kernels(self.network, self.run.recipe, len(self.classifier.classes))

    @property
    def plane(self) -> Plane:
        """The outputs of the last hidden layer for all test images, projected by PCA."""
        every = spread(len(self.test), len(self.test))
        points, share = pca(self._hidden(every))
        title = f"PCA of {self._described(every)}; it holds {100 * share:.0f} % of the variance"
        return Plane(every, points, title)

    @property
    def neighbours(self) -> Plane:
        """The outputs of the last hidden layer for at most 2,000 test images, laid out by t-SNE."""
        some = spread(len(self.test), MOST_TSNE)
        return Plane(some, tsne(self._hidden(some)), f"t-SNE of {self._described(some)}")

    def _hidden(self, indices: NDArray[np.intp]) -> NDArray[np.float32]:
        return self.layers.vectors(self.test.images[indices], self.layers.last_hidden)

    def _described(self, indices: NDArray[np.intp]) -> str:
        return f"{len(indices):,} test images in layer {self.layers.last_hidden}"

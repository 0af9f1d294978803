"""What every layer of a network makes of an image, asked of `layers.onnx`."""

import numpy as np
from numpy.typing import NDArray

from lenet.errors import ModelError, UsageError, suggest
from lenet.runtime import as_input, input_batches, open_session


class Layers:
    """A network in ONNX that gives the output of each of its layers.

    Parameters
    ----------
    model : bytes
        The ``layers.onnx`` that `lenet.experiment.export` made.
    threads : int, optional
        CPU threads of one call; all cores by default.

    Attributes
    ----------
    names : tuple of str
        Of the layers, in order; the last is ``output``, the logits.
    classes : tuple of str
        Names of what the network tells apart.

    Raises
    ------
    ModelError
        It is no such file.
    """

    def __init__(self, model: bytes, threads: int = 0) -> None:
        try:
            self._session = open_session(model, threads)
            facts = self._session.get_modelmeta().custom_metadata_map
            self.classes = tuple(facts["classes"].split("\n"))
        except Exception:
            # ONNX Runtime has an exception class of its own for each of a dozen faults.
            raise ModelError(
                "the file is no layers.onnx that lenet made: train again to get one"
            ) from None
        *hidden, self._last = (str(output.name) for output in self._session.get_outputs())
        # The file calls the last output for what it gives, the network calls its layer so.
        self.names = (*hidden, "output")
        self._input = self._session.get_inputs()[0].name

    def outputs(self, image: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Return what each layer makes of a uint8 image ``(28, 28)``.

        Returns
        -------
        dict of str to float32 ndarray (c, height, width) or (c,)
            By layer, in order.
        """
        values = self._session.run(None, {self._input: as_input(image[None])})
        return {name: value[0] for name, value in zip(self.names, values, strict=True)}

    def vectors(self, images: NDArray[np.uint8], layer: str) -> NDArray[np.float32]:
        """Return what one layer makes of uint8 images ``(n, 28, 28)``, as float32 ``(n, d)``.

        Raises
        ------
        UsageError
            There is no such layer.
        """
        self.check(layer)
        asked = [self._last if layer == "output" else layer]
        parts = [
            self._session.run(asked, {self._input: batch})[0] for batch in input_batches(images)
        ]
        return np.concatenate(parts).reshape(len(images), -1)

    @property
    def last_hidden(self) -> str:
        """The layer whose numbers the output is made of."""
        return self.names[-2]

    def check(self, layer: str) -> None:
        """Refuse the name of a layer that is not there (`UsageError`)."""
        if layer not in self.names:
            raise UsageError(f"no layer {layer!r} in this network: {suggest(layer, self.names)}")

"""`Epoch`: one pass over the training data, in numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Epoch:
    """What one pass over the training data came to.

    Losses are means over images in nats and hold no weight penalty. Those of the training part
    are counted as the images were learnt from, under dropout and while the weights changed; images
    that show no class are among them.
    """

    epoch: int  # 1 is the first
    learning_rate: float  # of the last step
    loss: float
    errors: int
    images: int
    validation_loss: float | None
    validation_errors: int | None
    validation_images: int
    seconds: float  # of training, without validation

    @property
    def images_per_second(self) -> float:
        """Training images per second of training."""
        return self.images / self.seconds

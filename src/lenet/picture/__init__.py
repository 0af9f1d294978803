"""Any picture → digit images: decode safely, tell ink from paper, crop, normalise like MNIST.

`decode` turns what a person brings into an upright `Picture`; `find_digits` turns that into `Crop`s
of 28×28, uint8, 0 = paper, 255 = ink.
"""

from lenet.picture.decoding import Picture, decode
from lenet.picture.finding import Crop, find_digits, normalise

__all__ = ["Crop", "Picture", "decode", "find_digits", "normalise"]

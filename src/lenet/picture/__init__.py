"""Pixels of any picture: decode safely, cut a character's ink out, normalise it like MNIST.

`decode` turns what a person brings into an upright `Picture`, and `decode_pages` a document into
one for each page. What is a digit on it, `lenet.finder` and `lenet.reader` say.
"""

from lenet.picture.decoding import Box, Picture, decode, decode_pages
from lenet.picture.normalising import Polarity, normalise

__all__ = ["Box", "Picture", "Polarity", "decode", "decode_pages", "normalise"]

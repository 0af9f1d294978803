"""Any picture → digit images: decode safely, tell ink from paper, crop, normalise like MNIST.

`decode` turns what a person brings into an upright `Picture`, and `decode_pages` a document into
one for each page; `find_digits` turns that into `Found`: crops of 28×28, uint8, 0 = paper, 255 =
ink, and what was rejected.
"""

from lenet.picture.boxes import Box
from lenet.picture.decoding import Picture, decode, decode_pages
from lenet.picture.finding import find_digits
from lenet.picture.found import Crop, Found, Rejected
from lenet.picture.normalising import normalise

__all__ = [
    "Box",
    "Crop",
    "Found",
    "Picture",
    "Rejected",
    "decode",
    "decode_pages",
    "find_digits",
    "normalise",
]

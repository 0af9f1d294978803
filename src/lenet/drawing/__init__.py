"""Synthetic training data: drawn and printed digits, non-digits and whole pages.

Covers styles that MNIST lacks. Any number of images; the same seed gives the same images.
"""

from lenet.drawing.digits import draw_digits
from lenet.drawing.nondigits import draw_nondigits
from lenet.drawing.pages import Page, draw_picture
from lenet.drawing.printing import print_digits

__all__ = ["Page", "draw_digits", "draw_nondigits", "draw_picture", "print_digits"]

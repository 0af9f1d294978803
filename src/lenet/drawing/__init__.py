"""Digits drawn and printed by the program itself, and things that are no digits.

Training data of our own making, in the styles that MNIST lacks: any number of images, the same for
the same seed.
"""

from lenet.drawing.digits import draw_digits
from lenet.drawing.nondigits import draw_nondigits
from lenet.drawing.pages import Page, draw_picture
from lenet.drawing.printing import print_digits

__all__ = ["Page", "draw_digits", "draw_nondigits", "draw_picture", "print_digits"]

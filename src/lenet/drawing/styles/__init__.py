"""The styles in which people around the world write the ten digits, a file for each digit."""

from lenet.drawing.styles.eight import EIGHT
from lenet.drawing.styles.five import FIVE
from lenet.drawing.styles.four import FOUR
from lenet.drawing.styles.nine import NINE
from lenet.drawing.styles.one import ONE
from lenet.drawing.styles.seven import SEVEN
from lenet.drawing.styles.six import SIX
from lenet.drawing.styles.three import THREE
from lenet.drawing.styles.two import TWO
from lenet.drawing.styles.zero import ZERO

STYLES = dict(enumerate((ZERO, ONE, TWO, THREE, FOUR, FIVE, SIX, SEVEN, EIGHT, NINE)))

__all__ = ["STYLES"]

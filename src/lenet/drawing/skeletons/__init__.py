"""The ten digits as people all over the world write them: each in several styles of strokes.

Where two digits come near each other, their numbers keep them apart: the flag of a 1 falls steeply
where the bar of a 7 lies flat; an open 4 has a corner or a wide mouth where a 9 has a loop; the
stem of a 6 stands free where a 0 closes; the slash of a 0 is straight where an 8 has a waist.
"""

from lenet.drawing.skeletons import eight, five, four, nine, one, seven, six, three, two, zero
from lenet.drawing.strokes import Style

__all__ = ["STYLES"]

STYLES: dict[int, tuple[Style, ...]] = {
    digit: each.STYLES
    for digit, each in enumerate((zero, one, two, three, four, five, six, seven, eight, nine))
}

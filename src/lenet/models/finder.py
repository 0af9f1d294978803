"""The network that finds digits on a page: fully convolutional, with outputs at every fourth pixel.

A network that is applied to a whole page at once, instead of to one image after another, is the
space displacement network of LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning
applied to document recognition, section VII. Its shape follows Ronneberger, Fischer and Brox
(2015), U-Net: strides 2, 4, 8 and 16 on the way down, where much of the page is seen, and back up,
where places are exact; as in Lin et al. (2017), Feature pyramid networks, what comes up is added.
That each object is a peak at its centre, with the size of its box beside it, is from Zhou, Wang
and Krähenbühl (2019), Objects as points; `lenet.training.targets` has the loss.

Other networks of this package take digit images; this one takes pages: float32 ``(n, 1, h, w)``,
contrast-normalised by `lenet.finder.contrast`, h and w multiples of 16. Its last layer gives 20
values for each 4×4 pixels, which `split` parts into maps and ink.
"""

from collections import OrderedDict

import torch
from torch import Tensor, nn

from lenet.models.layers import join, slide
from lenet.run import Family, Receptive

STRIDE = 4  # pixels between the positions of the maps
MAPS = 16  # two heats, four numbers of a box, ten classes
INK = 4  # the 2×2 ink values of a position, which is one for each 2×2 pixels
SIDE = 256  # of the scenes that it is trained on, and of the page in its table of layers
# Logits before training: peaks and ink are rare (Lin et al. 2017, Focal loss, section 4.1).
HEAT_BIAS = -4.0
INK_BIAS = -2.0


class OverPages(nn.Sequential):
    """A network for pages, and the side of the one that its table of layers is for."""

    side = SIDE


class Pyramid(nn.Module):
    """From stride 2 down to stride 16 and up to stride 4, with a sum at strides 8 and 4.

    Parameters
    ----------
    inputs : int
        Channels at stride 2.
    four, eight, sixteen : int
        Channels at strides 4, 8 and 16.
    """

    family: Family = "residual"
    kind = "pyramid, strides 4 to 16"

    def __init__(self, inputs: int, four: int, eight: int, sixteen: int) -> None:
        super().__init__()
        self.down4 = nn.Sequential(*_convolved(inputs, four, stride=2), *_convolved(four, four))
        self.down8 = nn.Sequential(*_convolved(four, eight, stride=2), *_convolved(eight, eight))
        self.down16 = nn.Sequential(
            *_convolved(eight, sixteen, stride=2),
            *_convolved(sixteen, sixteen),
            *_convolved(sixteen, sixteen, dilation=2),
        )
        self.around8 = nn.Sequential(nn.Conv2d(sixteen, eight, 1), nn.Upsample(scale_factor=2))
        self.up8 = nn.Sequential(*_convolved(eight, eight))
        self.around4 = nn.Sequential(nn.Conv2d(eight, four, 1), nn.Upsample(scale_factor=2))
        self.up4 = nn.Sequential(*_convolved(four, four))

    def forward(self, x: Tensor) -> Tensor:
        """Turn ``(n, inputs, h / 2, w / 2)`` into ``(n, four, h / 4, w / 4)``."""
        at4 = self.down4(x)
        at8 = self.down8(at4)
        back8 = self.up8(at8 + self.around8(self.down16(at8)))
        back4: Tensor = self.up4(at4 + self.around4(back8))
        return back4

    def receptive(self, before: Receptive) -> Receptive:
        """Return the receptive field of the first position, given that of the layer `before`."""
        at4 = slide(slide(before, 3, 2, padding=1), 3, 1, padding=1)
        at8 = slide(slide(at4, 3, 2, padding=1), 3, 1, padding=1)
        at16 = slide(slide(slide(at8, 3, 2, padding=1), 3, 1, padding=1), 5, 1, padding=2)
        back8 = slide(_join_finer(at16, at8), 3, 1, padding=1)
        return slide(_join_finer(back8, at4), 3, 1, padding=1)


def finder(classes: int = 10, dropout: float = 0.0) -> nn.Sequential:
    """Build it with 363,380 weights for ten classes, and 78,624 multiply-adds a position.

    Channels grow towards stride 16, where they cost a sixteenth; those of the head were chosen to
    fill the budget of 80,000 multiply-adds a position. `dropout` has no effect.

    >>> from lenet.models import layer_table
    >>> for layer in layer_table(finder()):
    ...     cost = layer.multiply_adds // 64**2
    ...     print(f"{layer.name:7} {layer.shape:10} {layer.parameters:7,} {cost:6,}")
    conv2   16×128×128     144    576
    norm2   16×128×128      32      0
    relu2   16×128×128       0      0
    pyramid 32×64×64   345,824 60,800
    head    56×64×64    16,128 16,128
    norm    56×64×64       112      0
    relu    56×64×64         0      0
    output  20×64×64     1,140  1,120
    """
    output = nn.Conv2d(56, MAPS - 10 + classes + INK, 1)
    with torch.no_grad():
        assert output.bias is not None
        output.bias[:2] = HEAT_BIAS
        output.bias[-INK:] = INK_BIAS
    return OverPages(
        OrderedDict(
            conv2=nn.Conv2d(1, 16, 3, stride=2, padding=1, bias=False),
            norm2=nn.BatchNorm2d(16),
            relu2=nn.ReLU(inplace=True),
            pyramid=Pyramid(16, four=32, eight=64, sixteen=96),
            head=nn.Conv2d(32, 56, 3, padding=1, bias=False),
            norm=nn.BatchNorm2d(56),
            relu=nn.ReLU(inplace=True),
            output=output,
        )
    )


def split(output: Tensor) -> tuple[Tensor, Tensor]:
    """Part what the last layer gives into maps ``(n, 16, h/4, w/4)`` and ink ``(n, 1, h/2, w/2)``.

    Maps are: 0 logit of digit centres, 1 logit of other characters' centres, 2-3 the logarithms of
    the box's width and height in units of 16 pixels, 4-5 from the position to the box's centre in
    positions, 6-15 logits of the classes. The first position is at pixel (2, 2), the next 4 pixels
    further. Ink is the logit that a pixel belongs to a digit.
    """
    return output[:, :-INK], torch.pixel_shuffle(output[:, -INK:], STRIDE // 2)


def _convolved(
    inputs: int, outputs: int, *, stride: int = 1, dilation: int = 1
) -> tuple[nn.Module, ...]:
    """Return a 3×3 convolution with its normalisation and ReLU."""
    return (
        nn.Conv2d(inputs, outputs, 3, stride, padding=dilation, dilation=dilation, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),  # half the memory to write
    )


def _join_finer(coarse: Receptive, fine: Receptive) -> Receptive:
    """Return the receptive field of `fine` plus `coarse`, enlarged to twice the positions."""
    # An enlarged position serves two fine ones; for the second, the field begins a step earlier.
    reach = Receptive(coarse.size + fine.step, fine.step, coarse.start - fine.step)
    return join(reach, fine)

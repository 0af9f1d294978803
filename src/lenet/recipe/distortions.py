"""`Augment`: the part of a recipe that says how far images are distorted."""

from pydantic import BaseModel, ConfigDict, Field


class Augment(BaseModel):
    """How far `lenet.augment` distorts: bounds of amounts drawn anew for each image.

    Those of place and form, down to `thickness`, go both ways.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    shift: float = Field(0.0, ge=0, le=28, description="pixels along each axis")
    rotation: float = Field(0.0, ge=0, le=180, description="degrees")
    # Axes that differ give the squeezing of LeCun et al. (1998), section III.A.
    scale: float = Field(0.0, ge=0, le=0.9, description="fraction, of each axis on its own")
    shear: float = Field(0.0, ge=0, le=80, description="degrees by which upright strokes lean")
    # The root mean square displacement is 0.28 of the bound; Simard, Steinkraus, Platt (2003)
    # used about 5 in these terms.
    elastic: float = Field(0.0, ge=0, le=28, description="pixels, bound of a smooth displacement")
    thickness: float = Field(0.0, ge=0, le=1, description="pixels on each side of a stroke")
    blur: float = Field(0.0, ge=0, le=0.7, description="pixels, standard deviation of a Gaussian")
    contrast: float = Field(0.0, ge=0, le=0.9, description="fraction of the ink taken away")
    background: float = Field(0.0, ge=0, le=0.9, description="full ink = 1, of uneven paper")
    noise: float = Field(0.0, ge=0, le=0.9, description="full ink = 1, standard deviation")
    erasing: float = Field(0.0, ge=0, le=1, description="share of images with a bar rubbed out")
    neighbours: float = Field(
        0.0, ge=0, le=1, description="share of images into which another one's strokes reach"
    )

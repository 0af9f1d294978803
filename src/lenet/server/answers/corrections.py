"""What is sent and said of corrections."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Truth = Annotated[
    Annotated[int, Field(ge=0, le=9)] | None, Field(description="Null: it is no digit.")
]


class NewCorrection(BaseModel):
    """What an image truly shows."""

    model_config = ConfigDict(strict=True, extra="forbid")

    id: UUID = Field(strict=False, description="Made by the client: a retry keeps it, once.")
    model: str | None = Field(None, description="Who answered; the first model if not said.")
    image: str | list[list[int]] = Field(description="784 bytes in base64, or 28 rows of 28.")
    truth: Truth


class Correction(BaseModel):
    """One correction that is kept."""

    id: UUID
    time: datetime
    model: str
    digest: str
    answer: int = Field(description="The digit nearest to the image, even if it was refused.")
    probability: float
    truth: Truth
    image: str


class CorrectionList(BaseModel):
    """Corrections, the newest first."""

    total: int
    corrections: list[Correction]
    next: UUID | None = Field(description="To be said as `after` for those that follow.")

"""The result of a contender with one seed, and the file that keeps all results."""

import os
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lenet.errors import DataError
from lenet.storage import cannot_write

LEDGER = "comparison.jsonl"  # beside the run folders


class Result(BaseModel):
    """The result of one contender with one seed.

    `contender`, `digest`, `data` and `seed` identify it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    contender: str
    digest: str = Field(description="of the contender, without name, seed and data")
    data: str = Field(description="digest of the training and the test set")
    seed: int
    total: int = Field(gt=0, description="test images")
    errors: int
    wrong: tuple[int, ...] = Field(description="indices of the misread test images")
    train_total: int | None = Field(None, description="training images, if they were scored")
    train_errors: int | None = None
    parameters: int | None = None
    multiply_adds: int | None = None
    seconds: float = Field(description="of training")
    milliseconds: float = Field(description="for a single image, on one thread")
    size: int | None = Field(None, description="bytes of the ONNX file")
    finished: str = Field(description="ISO 8601 with offset")
    versions: dict[str, str]

    @model_validator(mode="after")
    def _check_wrong(self) -> Self:
        if len(self.wrong) != self.errors:
            raise ValueError(f"{self.errors} errors, but {len(self.wrong)} wrong images")
        if list(self.wrong) != sorted(set(self.wrong) & set(range(self.total))):
            raise ValueError(f"wrong images must be ascending indices below {self.total}")
        return self


class Ledger:
    """A JSON Lines file of results.

    Parameters
    ----------
    path : Path
        The file; created when a result is appended.

    Attributes
    ----------
    results : list of Result
        The results in the file.

    Raises
    ------
    DataError
        A line of the file is not a result.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.results: list[Result] = []
        for number, line in enumerate(_complete_lines(path).splitlines(), 1):
            try:
                self.results.append(Result.model_validate_json(line))
            except ValidationError as error:
                fault = error.errors(include_url=False)[0]
                field = ".".join(map(str, fault["loc"])) or "line"
                raise DataError(
                    f"{path}, line {number} is not a result of a comparison ({field}: "
                    f"{fault['msg'].lower()}): remove that line"
                ) from error

    def find(self, digest: str, seed: int, data: str) -> Result | None:
        """Return the latest result with this digest, seed and data."""
        for result in reversed(self.results):
            if (result.digest, result.seed, result.data) == (digest, seed, data):
                return result
        return None

    def append(self, result: Result) -> None:
        """Append a result to the file (`DataError` if it cannot be written)."""
        line = result.model_dump_json().encode() + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            complete = _complete_lines(self.path)
            with self.path.open("ab") as file:
                file.truncate(len(complete))
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise cannot_write(self.path, error) from error
        self.results.append(result)


def _complete_lines(path: Path) -> bytes:
    """Return the file without a last line that was cut off while it was being written."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}; choose another place") from error
    return content[: content.rfind(b"\n") + 1]

"""The run folder: recipe, weights, history, scores and resume state of one training.

Every file is written whole or not at all. `run.json` holds the digest of every other file; a file
whose digest differs is refused. The models shipped in the package are run folders with fewer files.
"""

import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lenet.errors import ModelError, UsageError, suggest
from lenet.recipe import Recipe, refuse_classical
from lenet.storage import (
    cannot_write,
    fsync_folder,
    read_tensors,
    safetensors_bytes,
    sha256,
    write_atomically,
)

CONTRACT = 1  # version of the networks' input and output (lenet.models) and of the files below

MANIFEST = "run.json"
RECIPE = "recipe.toml"
RESUME = "resume.safetensors"
WEIGHTS = "model.safetensors"
MODEL = "model.onnx"
LAYERS = "layers.onnx"
LAYER_FACTS = "layers.json"
HISTORY = "history.jsonl"
SCORES = "scores.json"
MISTAKES = "mistakes.json"
EMBEDDING = "embedding.json"
FINETUNING = "finetuning.json"
MEASURED = "measured.json"
BELIEF = "belief.json"
CARD = "README.md"
REPORT = "report.html"

EXPORTED = (MODEL, LAYERS, LAYER_FACTS)  # what `lenet export` makes from the weights

Family = Literal[
    "convolution",
    "residual",
    "pooling",
    "subsampling",
    "dense",
    "distance",
    "activation",
    "normalisation",
    "flatten",
    "padding",
    "dropout",
    "scale",
]


@dataclass(frozen=True)
class Receptive:
    """The receptive field of a layer: the part of the image that one of its pixels sees.

    Pixel (y, x) sees rows start + step·y to start + step·y + size - 1, and columns likewise;
    rows and columns outside the image are padding.
    """

    size: int
    step: int
    start: int


class KernelNames(BaseModel):
    """Where `model.safetensors` holds the kernels of a convolution."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: str  # float32 (out, in, height, width), or (connections, height, width)
    bias: str = ""  # float32 (out,); empty where there is none
    # For each output map, the input maps it is connected to; None if all are connected.
    connections: list[list[int]] | None = None


class LayerFacts(BaseModel):
    """One named layer as `layers.json` describes it; the file is a list of these, in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    family: Family
    kind: str  # a short description: convolution 5×5
    shape: list[int]  # of the output: (maps, height, width), or (size,) of a vector
    parameters: int  # number of trainable parameters
    receptive: Receptive | None  # None if each output value sees the whole image
    kernels: KernelNames | None = None  # None if the layer is not a single convolution


class Manifest(BaseModel):
    """The content of `run.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contract: int = CONTRACT
    state: Literal["training", "done", "diverged", "regressed"] = "training"
    started: str  # ISO 8601 with offset
    seconds: float = 0.0  # of training, resumed parts included
    seed: int
    device: str
    threads: int = Field(ge=1, le=4096)
    versions: dict[str, str]
    data: dict[str, Any] = {}  # name, digest and counts of the parts
    weights: str = ""  # see lenet.storage.weights_digest
    files: dict[str, str] = {}  # name -> SHA-256 of its bytes


@dataclass(frozen=True)
class Run:
    """One run folder.

    Attributes
    ----------
    folder : Path
    recipe : Recipe
        The settings it was started with.
    manifest : Manifest
        The content of `run.json` when it was last read or written.
    """

    folder: Path
    recipe: Recipe
    manifest: Manifest

    @classmethod
    def create(cls, recipe: Recipe, manifest: Manifest, runs: Path) -> Self:
        """Make the next free folder ``<recipe>-<n>`` in `runs`, complete from the start.

        Raises
        ------
        DataError
            The folder cannot be written.
        """
        stem = re.sub(r"[^\w.-]+", "-", recipe.name).strip("-.") or "run"
        taken = [
            int(match[1])
            for match in map(re.compile(f"{re.escape(stem)}-(\\d+)").fullmatch, _names(runs))
            if match
        ]
        text = recipe.to_toml().encode()
        manifest = manifest.model_copy(update={"files": {RECIPE: sha256(text)}})
        draft = None
        try:
            runs.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=".new-", dir=runs))
            draft.chmod(0o755)
            write_atomically(draft / RECIPE, text)
            write_atomically(draft / MANIFEST, _as_json(manifest))
            number = max(taken, default=0) + 1
            # Renaming fails if the target folder holds files, so of two trainings that start
            # together, one takes the next number.
            while True:
                try:
                    draft.rename(runs / f"{stem}-{number}")
                    break
                except OSError:
                    if not (runs / f"{stem}-{number}").exists():
                        raise
                    number += 1
            fsync_folder(runs)
        except OSError as error:
            raise cannot_write(runs, error) from error
        finally:
            if draft is not None:  # it still exists only if something went wrong
                shutil.rmtree(draft, ignore_errors=True)
        return cls(runs / f"{stem}-{number}", recipe, manifest)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the run in `folder`.

        Raises
        ------
        ModelError
            The folder is missing, is not a run folder, or its recipe or manifest is broken.
        """
        if not folder.exists():
            near = get_close_matches(folder.name, _names(folder.parent), n=2)
            similar = f"did you mean {' or '.join(str(folder.parent / name) for name in near)}?"
            raise ModelError(
                f"no run folder {folder}; {similar if near else '`lenet train` makes one'}"
            )
        if not (folder / MANIFEST).is_file():
            raise ModelError(
                f"{folder} is not a run folder: it has no run.json; name one made by `lenet train`"
            )
        try:
            manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
            recipe = Recipe.load(folder / RECIPE)
        except (ValidationError, UsageError, OSError, UnicodeDecodeError) as error:
            raise ModelError(
                f"{folder} is broken: run.json or recipe.toml cannot be read; train again"
            ) from error
        if manifest.contract != CONTRACT:
            raise ModelError(
                f"{folder} has format version {manifest.contract}, "
                f"this lenet reads {CONTRACT}: train again"
            )
        run = cls(folder, recipe, manifest)
        run.read(RECIPE)  # checks its digest
        return run

    @classmethod
    def find(cls, name: str | Path) -> Self:
        """Open a run by its folder or its ``model.onnx``, or a shipped model by its name.

        Raises
        ------
        UsageError
            `name` is a plain name that no shipped model or run has.
        ModelError
            See `open`.
        """
        path = Path(name)
        if str(name) in (shipped := shipped_names()):
            return cls.open(_shipped() / str(name))
        if path.is_dir():
            return cls.open(path)
        if path.name == MODEL:
            return cls.open(path.parent)
        if len(path.parts) > 1 or path.exists():
            return cls.open(path)
        if (Path("runs") / path).is_dir():
            return cls.open(Path("runs") / path)
        refuse_classical(str(name))
        raise UsageError(
            f"no model {str(name)!r}: {suggest(str(name), [*shipped, *_names(Path('runs'))])}"
        )

    @property
    def is_shipped(self) -> bool:
        """Whether this is one of the models inside the package."""
        return self.folder.resolve().parent == _shipped().resolve()

    def read(self, name: str) -> bytes:
        """Return the bytes of the file `name`, checked against its digest in `run.json`.

        Raises
        ------
        ModelError
            The file is missing or altered, or the run was never finished.
        """
        if name not in self.manifest.files:
            raise ModelError(f"{self.folder} has no {name}: {self._why_missing(name)}")
        try:
            content = (self.folder / name).read_bytes()
        except OSError as error:
            raise ModelError(
                f"cannot read {self.folder / name}: {error.strerror}; train again"
            ) from error
        if (digest := sha256(content)) != (expected := self.manifest.files[name]):
            raise ModelError(
                f"{self.folder / name} was altered: its SHA-256 is {digest[:16]}…, run.json says "
                f"{expected[:16]}…; restore the file or train again"
            )
        return content

    def _why_missing(self, name: str) -> str:
        match self.manifest.state:
            case "training":
                return (
                    "its training is not finished; "
                    f"resume with `lenet train --resume {self.folder}`"
                )
            case "diverged":
                return "its training diverged; train again with a lower learning_rate"
            case _ if name in EXPORTED:
                return f"export it again: `lenet export {self.folder}`"
            case _:
                return "this run was made without it; train again"

    def write(self, name: str, content: bytes) -> None:
        """Write the file `name` whole or not at all (`DataError`: the disk refused)."""
        write_atomically(self.folder / name, content)

    def replace(self, files: Mapping[str, bytes]) -> tuple[Self, list[str]]:
        """Replace files of a finished run, and their digests.

        If this is interrupted, `run.json` lists no wrong digest: files about to change are left
        out of it first.

        Returns
        -------
        run : Run
            With the new manifest.
        written : list of str
            Names of the files whose content was missing or different.

        Raises
        ------
        DataError
            The disk refused.
        """
        new = {name: sha256(content) for name, content in files.items()}
        old = self.manifest.files
        if any(old.get(name, digest) != digest for name, digest in new.items()):
            kept = {name: digest for name, digest in old.items() if new.get(name, digest) == digest}
            self.write(MANIFEST, _as_json(self.manifest.model_copy(update={"files": kept})))
        written = [name for name, digest in new.items() if self._digest(name) != digest]
        for name in written:
            self.write(name, files[name])
        manifest = self.manifest.model_copy(update={"files": dict(sorted({**old, **new}.items()))})
        if manifest != self.manifest:
            self.write(MANIFEST, _as_json(manifest))
        return type(self)(self.folder, self.recipe, manifest), written

    def _digest(self, name: str) -> str:
        try:
            return sha256((self.folder / name).read_bytes())
        except OSError:
            return ""

    def require_reader(self) -> Self:
        """Return this run, of a network that reads digit images.

        Raises
        ------
        UsageError
            It is a finder.
        """
        if self.recipe.finds:
            raise UsageError(
                f"{self.folder.name} finds where digits stand and does not read them, so it cannot "
                "be used here: name a model that reads; `lenet evaluate` says how well it finds"
            )
        return self

    def require_finder(self) -> Self:
        """Return this run, of a network that finds digits.

        Raises
        ------
        UsageError
            It is no finder.
        """
        if not self.recipe.finds:
            raise UsageError(
                f"{self.folder.name} reads digits and does not find them: name a finder instead"
            )
        return self

    def save_resume(self, tensors: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        """Write the resume state, torch tensors and JSON facts, as one file."""
        self.write(RESUME, safetensors_bytes(tensors, facts))

    def load_resume(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Return what `save_resume` last wrote, or None if it was never called."""
        if not (self.folder / RESUME).is_file():
            return None
        return read_tensors(self.folder / RESUME)

    def finish(self, state: Literal["done", "diverged", "regressed"], **facts: Any) -> Self:
        """Write the final `run.json` with every file's digest, then remove the resume state.

        `facts` are manifest fields to set.
        """
        files = {
            path.relative_to(self.folder).as_posix(): sha256(path.read_bytes())
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
            and path.name not in (MANIFEST, RESUME)
            and not path.name.startswith(".")
        }
        manifest = self.manifest.model_copy(update={**facts, "state": state, "files": files})
        self.write(MANIFEST, _as_json(manifest))
        (self.folder / RESUME).unlink(missing_ok=True)
        return type(self)(self.folder, self.recipe, manifest)

    def sweep(self) -> None:
        """Remove files that interrupted writes left behind."""
        for stale in self.folder.rglob(".*.tmp"):
            stale.unlink(missing_ok=True)


def shipped_names() -> list[str]:
    """Return the sorted names of the models inside the package."""
    return _names(_shipped())


def shipped_readers() -> list[str]:
    """Return the sorted names of those of them that read digit images; others find digits."""
    return [name for name in shipped_names() if not Run.open(_shipped() / name).recipe.finds]


def _as_json(manifest: Manifest) -> bytes:
    return manifest.model_dump_json(indent=2).encode() + b"\n"


def _names(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return sorted(p.name for p in folder.iterdir() if p.is_dir() and p.name[0] not in "._")


def _shipped() -> Path:
    return Path(str(resources.files("lenet").joinpath("weights")))

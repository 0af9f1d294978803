"""`Source`: where data comes from, written ``kind`` or ``kind:place``."""

from dataclasses import dataclass
from typing import Self

from lenet.errors import UsageError, suggest

# How each source is written, and what it is.
SOURCES = {
    "mnist": "60,000 training and 10,000 test digits; downloaded once (12 MB) if not at hand",
    "fashion-mnist": "70,000 pictures of clothes, 10 classes; downloaded once (31 MB)",
    "kmnist": "70,000 cursive Japanese characters, 10 classes; downloaded once (21 MB)",
    "qmnist": "MNIST made again, with 60,000 test digits; downloaded once (20 MB)",
    "emnist-digits": "280,000 digits; one download of 562 MB serves all of EMNIST",
    "emnist-letters": "145,600 letters, capital and small together in 26 classes; likewise",
    "emnist-balanced": "131,600 digits and letters in 47 classes; likewise",
    "usps": "9,298 digits from US envelopes, scaled from 16×16; downloaded once (8 MB)",
    "uci-digits": "1,797 digits that come inside scikit-learn; needs no download",
    "unipen": "11,000 digits and 75,000 letters and signs by pen; downloaded once if not at hand",
    "unipen:PLACE": "the same in PLACE, the folder train_r01_v07 or an archive of it",
    "idx:DIR": "IDX files such as Fashion-MNIST or KMNIST; idx:DIR?transpose for EMNIST",
    "folder:DIR": "a folder of pictures per class, DIR/<class>/*, or in DIR/train and DIR/test",
    "csv:FILE": "a table of 784 pixels and a label per row, as Kaggle's train.csv; also .gz, .zip",
    "npz:FILE": "NumPy arrays of images and labels, as Keras' mnist.npz",
    "mat:FILE": "a MATLAB file of images and labels, as EMNIST's and SVHN's; needs SciPy",
    "parquet:PLACE": "a Parquet file or a folder of them, as Hugging Face's; needs PyArrow",
    "corrections:URL": "readings corrected in `lenet serve --collect URL`; URL may be a file",
    "drawn:N": "N digits that lenet draws itself, in the styles of many countries",
    "printed:N": "N digits that lenet prints itself, in freely usable fonts",
    "nondigits:N": "N letters, signs, scribbles and textures, none of them a digit",
    "crops:N": "digits that the shipped finder finds in N drawn scenes, as it cuts them out",
    "scenes:N": "N drawn scenes with digits in them, which only a finder learns from",
    "things": "photos of things inside scikit-image, which scenes are drawn on",
    "things:DIR": "your own pictures, none with digits in it, which scenes are drawn on",
}
# Kinds whose pictures may be broken, and the option to go on without those that are.
OF_PICTURES = ("folder", "parquet")
SKIP_BROKEN = "skip-broken"
# Data that a Python program handed over, followed by its name; never loaded, so not in `SOURCES`.
MEMORY = "memory"
# Data of the user's own, where a place follows.
PRIVATE_KINDS = frozenset(
    {"idx", "folder", "csv", "npz", "mat", "parquet", "corrections", "unipen", "things", MEMORY}
)


@dataclass(frozen=True)
class Source:
    """A source of data.

    Attributes
    ----------
    kind : str
        A kind that `SOURCES` lists, or `MEMORY`.
    place : str
        What follows the colon: a folder, a file, a database's URL, a number of images or a name.
        Empty for a kind that takes none.
    """

    kind: str
    place: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the source that `text` names.

        Raises
        ------
        UsageError
            The kind is unknown, its place is missing, or it takes none.

        Examples
        --------
        >>> Source.parse("folder:my/digits")
        Source(kind='folder', place='my/digits')
        """
        kind, _, place = text.partition(":")
        source = cls(kind, place)
        forms = {
            (kind, bool(place)) for kind, _, place in (name.partition(":") for name in SOURCES)
        }
        if (kind, bool(place)) not in {*forms, (MEMORY, True)} or str(source) != text:
            parts = [name for name in SOURCES if name.startswith(f"{text}-")]
            hint = f"did you mean {' or '.join(parts)}?" if parts else suggest(text, SOURCES)
            raise UsageError(f"no dataset {text!r}: {hint}")
        return source

    def __str__(self) -> str:
        return f"{self.kind}:{self.place}" if self.place else self.kind

    def skipping_broken(self) -> Self:
        """Return the source without its broken pictures, if it is one of pictures.

        >>> str(Source.parse("folder:letters?fit=squeeze").skipping_broken())
        'folder:letters?fit=squeeze&skip-broken'
        """
        _, mark, options = self.place.partition("?")
        if self.kind not in OF_PICTURES or SKIP_BROKEN in options.split("&"):
            return self
        return type(self)(self.kind, f"{self.place}{'&' if mark else '?'}{SKIP_BROKEN}")

    @property
    def is_private(self) -> bool:
        """Whether its place is on this machine, in this program, or a database's URL."""
        return self.kind in PRIVATE_KINDS and bool(self.place)

    @property
    def public(self) -> str:
        """The part that may be shown to anyone: of a private source, the kind alone.

        >>> Source.parse("corrections:postgresql://me:secret@host/db").public
        'corrections'
        """
        return self.kind if self.is_private else str(self)

"""MNIST: found on disk or downloaded, and verified by the digest of its content.

Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", 1998. 60,000
training and 10,000 test digits, drawn from NIST's Special Databases 3 and 1.
"""

from pathlib import Path

from lenet.datasets.dataset import MNIST, Splits
from lenet.datasets.originals import Collection, Original, read_splits

# Well-known copies: Google's CVDF, and the PyTorch project.
MIRRORS: tuple[str, ...] = (
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
)
PARTS: tuple[Original, ...] = (
    Original(
        name="t10k-labels-idx1-ubyte",
        packed=4_542,
        size=10_008,
        sha256="ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    Original(
        name="train-labels-idx1-ubyte",
        packed=28_881,
        size=60_008,
        sha256="65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    Original(
        name="t10k-images-idx3-ubyte",
        packed=1_648_877,
        size=7_840_016,
        sha256="0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    Original(
        name="train-images-idx3-ubyte",
        packed=9_912_422,
        size=47_040_016,
        sha256="ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
)


def collection() -> Collection:
    """Return the four files of MNIST, and where they are."""
    return Collection(
        MNIST,
        "MNIST",
        PARTS,
        MIRRORS,
        command="lenet data fetch",
        substitute="--data uci-digits",
        subfolder=False,
    )


def load_mnist(
    data_dir: Path | None, download: bool, timeout: float | None, show_progress: bool
) -> Splits:
    """Load MNIST, with classes "0" to "9".

    The parameters and errors are those of `Collection.obtain`.
    """
    files = collection().obtain(data_dir, download, timeout, show_progress)
    return read_splits(MNIST, files)

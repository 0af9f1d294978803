"""The fields of recipes as people write them: TOML files, names, and ``field=value`` words."""

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

from lenet.errors import UsageError, suggest

CLASSICAL_MODELS = (
    "knn",
    "logistic-regression",
    "svm-linear",
    "svm-rbf",
    "random-forest",
    "gradient-boosting",
)


def refuse_classical(name: str) -> None:
    """Raise `UsageError` if `name` is a classical model, which only comparisons know."""
    if name in CLASSICAL_MODELS:
        raise UsageError(
            f"{name} is a classical model: `lenet compare {name} …` trains and scores it, but it "
            "has no run, no ONNX file and no feature maps; choose a recipe or a run"
        )


def read_fields(name_or_path: str | Path) -> tuple[dict[str, Any], str]:
    """Read a built-in recipe by name, or one from a TOML file; its fields are not checked.

    Returns
    -------
    fields : dict of str to object
    origin : str
        What errors call it.

    Raises
    ------
    UsageError
        There is no such recipe or file, or it is not valid TOML.
    """
    path = Path(name_or_path)
    if path.suffix == ".toml":
        if not path.is_file():
            raise UsageError(f"no recipe file {path}; `lenet recipes` lists the built-in ones")
        try:
            content, origin = path.read_bytes(), str(path)
        except OSError as error:
            raise UsageError(f"cannot read recipe file {path}: {error.strerror}") from error
    elif str(name_or_path) in (names := builtin_names()):
        content, origin = _folder().joinpath(f"{path}.toml").read_bytes(), f"recipe {path}"
    else:
        refuse_classical(str(name_or_path))
        raise UsageError(
            f"no recipe {str(name_or_path)!r}: {suggest(str(name_or_path), names)}"
            " (your own is a file that ends in .toml)"
        )
    try:
        fields = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:  # TOMLDecodeError is a ValueError
        raise UsageError(f"{origin} is not valid TOML: {error}") from error
    return {"name": path.stem, **fields}, origin


def builtin_names() -> list[str]:
    """Return the sorted names of the recipes inside the package."""
    return sorted(
        p.name.removesuffix(".toml") for p in _folder().iterdir() if p.name.endswith(".toml")
    )


def builtin_toml(name: str) -> str:
    """Return the file of a built-in recipe, with its comments."""
    text: str = _folder().joinpath(f"{name}.toml").read_text("utf-8")
    return text


def parse_changes(words: list[str]) -> dict[str, Any]:
    """Turn words like ``epochs=3`` into fields of a recipe (`UsageError`: no ``=``).

    A value is read as TOML if it is valid TOML, otherwise as a string. So neither
    ``learning_rate=1e-3`` nor ``optimizer=sgd`` needs quotes.

    >>> parse_changes(["epochs=3", "optimizer=sgd", 'data=["mnist", "uci-digits"]'])
    {'epochs': 3, 'optimizer': 'sgd', 'data': ['mnist', 'uci-digits']}
    """
    changes = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            raise UsageError(f"--set takes field=value, found {word!r}; for example --set epochs=3")
        try:
            table = tomllib.loads(f"value = {value}")
        except (ValueError, RecursionError):
            table = {}
        # A value with a line break could define further fields; it is taken as a string.
        changes[name.strip()] = table["value"] if len(table) == 1 else value.strip()
    return changes


def _folder() -> Any:
    return resources.files("lenet").joinpath("recipe", "recipes")

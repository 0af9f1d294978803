"""Models of scikit-learn, known here only to say that they are no recipes."""

from lenet.errors import UsageError

CLASSICAL_MODELS = (
    "knn",
    "logistic-regression",
    "svm-linear",
    "svm-rbf",
    "random-forest",
    "gradient-boosting",
)


def refuse_classical(name: str) -> None:
    """Say of a classical model that it lives in comparisons only (`UsageError`)."""
    if name in CLASSICAL_MODELS:
        raise UsageError(
            f"{name} is a classical model: `lenet compare {name} …` trains and scores it, but it "
            "has no run, no ONNX file and no feature maps; choose a recipe or a run"
        )

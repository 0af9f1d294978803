"""How good a model is: its scores, what it misread, what became of one that was taught further.

Nothing here needs torch: models are asked through ONNX Runtime.
"""

from lenet.evaluation.finetuning import Change, read_changes
from lenet.evaluation.mistakes import find_mistakes
from lenet.evaluation.scoring import evaluate, read_scores, score

__all__ = ["Change", "evaluate", "find_mistakes", "read_changes", "read_scores", "score"]

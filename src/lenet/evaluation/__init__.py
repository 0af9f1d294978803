"""How good a model is: its scores, its mistakes, and what further training changed.

Models run in ONNX Runtime; nothing here needs torch.
"""

from lenet.evaluation.finetuning import Change, read_changes
from lenet.evaluation.mistakes import find_mistakes
from lenet.evaluation.scoring import evaluate, read_scores, score

__all__ = ["Change", "evaluate", "find_mistakes", "read_changes", "read_scores", "score"]

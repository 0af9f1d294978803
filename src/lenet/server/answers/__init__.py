"""The shapes of what is said about models."""

from lenet.server.answers.models import Card, Kernels, Layers, Mistakes, Models, Scores

__all__ = ["Card", "Kernels", "Layers", "Mistakes", "Models", "Scores"]

"""Whole scenes with digits in them, and the truth about each: to learn to find digits in."""

from lenet.drawing.scenes.block import CUT, OTHER
from lenet.drawing.scenes.scene import SIDE, Scene, SceneMaker

__all__ = ["CUT", "OTHER", "SIDE", "Scene", "SceneMaker"]

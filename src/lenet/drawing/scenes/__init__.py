"""Whole scenes with digits in them, and the truth about each: to learn to find digits in."""

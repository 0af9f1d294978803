"""Layouts: what is written, printed and drawn on the pages of scenes, and in which order."""

"""The store of corrected readings: a digit image, what was answered, and what it truly is.

It is one SQLite file, or a PostgreSQL database by its URL; several services may share a database.
"""

from lenet.corrections.store import Correction, Corrections

__all__ = ["Correction", "Corrections"]

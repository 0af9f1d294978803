"""The store of corrected readings: a digit image, what was answered, and what it truly is.

SQLite in one file, or PostgreSQL by its URL; several services may keep theirs in one database.
"""

from lenet.corrections.correction import Correction
from lenet.corrections.store import Corrections

__all__ = ["Correction", "Corrections"]

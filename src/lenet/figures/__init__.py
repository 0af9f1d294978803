"""Figures: arrays and scores in, a matplotlib `Figure` out.

Nothing here runs a network, saves a file, opens a window or touches pyplot's global state. Save a
figure with ``figure.savefig(path)``.
"""

from lenet.figures.charts import (
    confusion,
    error_against_cost,
    reliability,
    robustness,
    roc,
    score_table,
    training_curves,
)
from lenet.figures.images import (
    class_distribution,
    embedding,
    findings,
    mean_images,
    mistakes,
    samples,
)
from lenet.figures.networks import architecture, attention, feature_maps, filters, finder_levels

__all__ = [
    "architecture",
    "attention",
    "class_distribution",
    "confusion",
    "embedding",
    "error_against_cost",
    "feature_maps",
    "filters",
    "finder_levels",
    "findings",
    "mean_images",
    "mistakes",
    "reliability",
    "robustness",
    "roc",
    "samples",
    "score_table",
    "training_curves",
]

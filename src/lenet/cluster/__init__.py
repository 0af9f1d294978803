"""Reading in bulk, on the cores of one machine or of many.

A plan is made once, its shards are read one by one wherever there is a free core, and what is done
is not done again. Only `lenet.cluster.on_ray` imports Ray.
"""

from lenet.cluster.bulk import Summary, Watcher, read_in_bulk
from lenet.cluster.manifest import HowToRead, Manifest
from lenet.cluster.shards import Fault, Report

__all__ = [
    "Fault",
    "HowToRead",
    "Manifest",
    "Report",
    "Summary",
    "Watcher",
    "read_in_bulk",
]

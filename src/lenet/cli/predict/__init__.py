"""`lenet predict`: what it reads, how it reads it, and how it tells."""

from lenet.cli.predict.verb import predict

__all__ = ["predict"]

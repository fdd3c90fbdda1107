"""The background work that pages start; found by the jobs room when the program starts."""

from essor.faces.web.setup import upkeep

__all__ = ["upkeep"]

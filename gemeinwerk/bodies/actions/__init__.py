"""Every write of the room. Accounts lie above: callers there ask the gate first and write the activity record."""

from .boundaries import import_boundaries, link_neighbors, set_boundary
from .creation import create_body, open_seat
from .directory import import_directory
from .mergers import apply_mergers, import_changes
from .populations import Count, set_population, store_counts
from .reports import BoundaryReport, ChangesReport, Comparison, DirectoryReport, MergerReport, Successor

__all__ = [
    "BoundaryReport",
    "ChangesReport",
    "Comparison",
    "Count",
    "DirectoryReport",
    "MergerReport",
    "Successor",
    "apply_mergers",
    "create_body",
    "import_boundaries",
    "import_changes",
    "import_directory",
    "link_neighbors",
    "open_seat",
    "set_boundary",
    "set_population",
    "store_counts",
]

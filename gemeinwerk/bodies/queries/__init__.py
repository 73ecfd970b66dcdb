"""Every read of the room. The directory is public register data: queries take a body, no seat; pages ask the gate."""

from .directory import Edition, associations, body, body_by_ags, directory, edition, kreis_level, members
from .inhabitants import Inhabitants, Series, population, population_series
from .neighborhoods import (
    MapFeature,
    Neighbor,
    changes,
    map_around,
    map_features,
    neighbor_pairs,
    neighbors,
    successors,
)
from .profile import NeighborGroup, Profile, profile
from .sizes import SizeClass, size_class

__all__ = [
    "Edition",
    "Inhabitants",
    "MapFeature",
    "Neighbor",
    "NeighborGroup",
    "Profile",
    "Series",
    "SizeClass",
    "associations",
    "body",
    "body_by_ags",
    "changes",
    "directory",
    "edition",
    "kreis_level",
    "map_around",
    "map_features",
    "members",
    "neighbor_pairs",
    "neighbors",
    "population",
    "population_series",
    "profile",
    "size_class",
    "successors",
]

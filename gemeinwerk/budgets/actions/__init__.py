"""Every write of the room, by noun; the names another room may call."""

# ---------------------------------------------------------------- import: from the file to the adopted version
from .adoption import Adoption, adopt_import, start_adopting
from .conflicts import ConflictError
from .files import ImportRefusedError
from .imports import change_mapping, discard_import, expect_totals, receive_file, save_mapping
from .positions import place_accounts
from .reading import read_import, start_reading

__all__ = [
    "Adoption",
    "ConflictError",
    "ImportRefusedError",
    "adopt_import",
    "change_mapping",
    "discard_import",
    "expect_totals",
    "place_accounts",
    "read_import",
    "receive_file",
    "save_mapping",
    "start_adopting",
    "start_reading",
]

"""The numbers: pure functions on tables. No Django, no database, no network, no clock."""

VERSION = "1"
"""Raised whenever a method may give another result for the same input; stored with every run and printed in papers."""

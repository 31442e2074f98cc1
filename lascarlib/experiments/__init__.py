"""Experiments: trained runs that are shared by their content."""

from lascarlib.experiments.store import store_folder, stored_folder, stored_run

__all__ = ["store_folder", "stored_folder", "stored_run"]

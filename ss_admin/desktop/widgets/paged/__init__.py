"""Lists of any length: as many rows as match, of which only those in view are fetched and kept."""

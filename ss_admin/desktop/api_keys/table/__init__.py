"""The list of keys: its model that fetches what is in view, its view and painting, its filters and checks."""

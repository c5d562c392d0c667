"""A rule chain drawn as a picture, alone and with the trace of a run on it."""

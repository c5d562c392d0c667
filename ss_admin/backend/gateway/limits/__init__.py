"""The rate limit: in any trailing window of a key's time window, at most its number of admissions. Exact."""

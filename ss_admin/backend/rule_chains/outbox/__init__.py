"""Webhooks on their way: kept in the database until the receiver has taken them, or they are given up."""

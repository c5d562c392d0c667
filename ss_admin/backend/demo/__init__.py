"""The demo: sample tenants, people, keys, rule chains and a year of history, served on a free loopback port."""

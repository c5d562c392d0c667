"""An empty Flask route: what everything else is compared with."""

from flask import Flask, request

app = Flask(__name__)


@app.post("/")
def empty() -> dict[str, str]:
    """Nothing but reading the body: an answer over an unread one would break the connection."""
    request.get_data()
    return {}

"""A peer: Flask with Flask-Limiter (moving window, in memory) and a look-up of the key's digest by SQLAlchemy Core.

What one builds from the usual parts, reasonably tuned: one indexed SELECT on a pooled SQLite connection, the same
limit, a parsed body, the same form of answer. What it lacks beside ours: no schema is checked, no rule chain runs,
nothing of the call is recorded, no last use, no access log line, and its limit is exact within one process only.

`python -m tests.benchmarks.peers.flask_limiter_peer FOLDER COUNT` writes the database and prints its keys as JSON.
"""

import hashlib
import hmac
import json
import os
import sys
import uuid
from pathlib import Path

from flask import Flask, Response, abort, g, request
from flask_limiter import Limiter
from sqlalchemy import Column, Integer, LargeBinary, MetaData, String, Table, create_engine, insert, select

from tests.benchmarks.estate import LIMIT, derive_key

FOLDER = "BENCH_PEER_FOLDER"
_PEPPER = b"0123456789abcdef0123456789abcdef"
_metadata = MetaData()
_keys = Table(
    "api_keys",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", LargeBinary(32), unique=True, nullable=False),
    Column("name", String(100), nullable=False),
)


def create_app(folder: Path) -> Flask:
    """The app over the database in `folder`."""
    app = Flask(__name__)
    engine = create_engine(f"sqlite:///{folder / 'flask-peer.db'}")
    find = select(_keys.c.id, _keys.c.name)

    @app.before_request
    def authenticate() -> None:
        digest = _digest(request.headers.get("x-api-key", ""))
        with engine.connect() as connection:
            found = connection.execute(find.where(_keys.c.digest == digest)).one_or_none()
        if found is None:
            abort(401)
        g.api_key_id = found.id

    Limiter(
        lambda: str(g.api_key_id),
        app=app,
        storage_uri="memory://",
        strategy="moving-window",
        default_limits=[f"{LIMIT.max_requests} per {LIMIT.window_seconds} second"],
        headers_enabled=True,
    )

    @app.post("/")
    def execute() -> Response:
        payload = request.get_json()
        return app.json.response(
            execution_id=str(uuid.uuid4()), status="succeeded", result={"description": payload["_description"]}
        )

    return app


def prepare(folder: Path, count: int) -> list[str]:
    """Writes the database; its keys."""
    engine = create_engine(f"sqlite:///{folder / 'flask-peer.db'}")
    _metadata.create_all(engine)
    keys = [derive_key(f"flask peer {number}") for number in range(count)]
    with engine.begin() as connection:
        connection.execute(insert(_keys), [{"digest": _digest(key), "name": "A partner"} for key in keys])
    engine.dispose()
    return keys


def _digest(api_key: str) -> bytes:
    return hmac.digest(_PEPPER, api_key.encode(), hashlib.sha256)


if __name__ == "__main__":
    json.dump(prepare(Path(sys.argv[1]), int(sys.argv[2])), sys.stdout)
elif FOLDER in os.environ:
    app = create_app(Path(os.environ[FOLDER]))

"""The real backend on a loopback port, with one Tenant Administrator signed in: what screens are tried against."""

import io
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from ss_admin.backend.app import create_app
from ss_admin.backend.store.engine import Store
from ss_admin.contract.documents import ObjectRef
from tests.support.backend import Person, SqliteSource, Town, cheap_passwords, test_settings

__all__ = ["AdminBackend", "serve_admin_backend"]


class QuietHandler(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Tests read answers, not logs."""


def with_whole_bodies(app: Flask) -> Callable[..., Iterable[bytes]]:
    """`app` behind a server that ends each body where it ends, as granian does and werkzeug's does not."""

    def call(environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
        length = int(str(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(length))  # type: ignore[attr-defined]
        return app(environ, start_response)

    return call


@dataclass
class AdminBackend:
    """The real backend on a loopback port, with one Tenant Administrator signed in."""

    url: str
    store: Store
    town: Town
    tenant: ObjectRef
    admin: Person

    @property
    def user(self) -> ObjectRef:
        return ObjectRef(id=self.admin.user_id, name=self.admin.name)


@contextmanager
def serve_admin_backend(source: SqliteSource, folder: Path) -> Iterator[AdminBackend]:
    """Answers until the block is left."""
    with source.url(folder) as url:
        store = Store.open(url)
        app = create_app(test_settings(url), store=store, passwords=cheap_passwords())
        town = Town(app, store)
        tenant = town.tenant()
        admin = town.person(tenant, "ada.admin", name="Ada Admin")
        server = make_server("127.0.0.1", 0, with_whole_bodies(app), threaded=True, request_handler=QuietHandler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield AdminBackend(f"http://127.0.0.1:{server.server_port}", store, town, tenant, admin)
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["ss_backend"].close()

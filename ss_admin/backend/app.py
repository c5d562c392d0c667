"""The one place where the backend's parts are wired together."""

from dataclasses import dataclass

from flask import Response, request
from flask import g as request_state
from flask_openapi3 import Info, OpenAPI

from ss_admin import __version__
from ss_admin.backend import health
from ss_admin.backend.accounts.guard import new_guard
from ss_admin.backend.accounts.passwords import Passwords
from ss_admin.backend.accounts.routes import build_session_blueprint, build_users_blueprint
from ss_admin.backend.accounts.service import AccountsService
from ss_admin.backend.activity import routes as activity_routes
from ss_admin.backend.activity.service import ActivityService
from ss_admin.backend.answers import answer_errors_as_problems, refuse_invalid_input
from ss_admin.backend.client_address import client_address
from ss_admin.backend.openapi import SECURITY_SCHEMES
from ss_admin.backend.request_context import AdminRequest, request_id
from ss_admin.backend.settings import Settings, resolve_pepper
from ss_admin.backend.store.engine import Store
from ss_admin.contract.problems import Problem

__all__ = ["Backend", "create_app"]


@dataclass(frozen=True)
class Backend:
    """What an app holds open; `app.extensions["ss_backend"]`."""

    store: Store

    def close(self) -> None:
        """Finish what is under way and close the store. The app must get no more requests."""
        self.store.close()


def create_app(settings: Settings, *, store: Store | None = None, passwords: Passwords | None = None) -> OpenAPI:
    """The whole backend as a WSGI app. `store` and `passwords` may be given by tests.

    Raises `ConfigurationError`, and `StoreUnavailable` where the embedded database cannot be opened.
    """
    store = store or Store.open(settings.database_url)
    _ = resolve_pepper(settings)
    accounts = AccountsService(store, passwords or Passwords())
    app = _bare_app(settings)
    _begin_and_end_requests(app, settings, accounts)
    app.register_api(build_session_blueprint(accounts))
    app.register_api(build_users_blueprint(accounts))
    app.register_api(activity_routes.build_blueprint(ActivityService(store)))
    app.register_blueprint(health.build_blueprint(store))
    app.extensions["ss_backend"] = Backend(store)
    return app


def _bare_app(settings: Settings) -> OpenAPI:
    app = OpenAPI(
        "ss_admin.backend",
        info=Info(title="SignalSync Admin", version=__version__),
        security_schemes=SECURITY_SCHEMES,
        doc_ui=False,
        validation_error_model=Problem,
        validation_error_callback=refuse_invalid_input,
        static_folder=None,
    )
    app.request_class = AdminRequest
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.url_map.merge_slashes = False
    answer_errors_as_problems(app)
    return app


def _begin_and_end_requests(app: OpenAPI, settings: Settings, accounts: AccountsService) -> None:
    @app.before_request
    def _begin() -> None:
        address = client_address(request.environ, settings.trusted_proxies)
        request_state.guard = new_guard(accounts, address)
        # The body is read before anything is refused: an answer over an unread body breaks the client's connection.
        request.get_data()

    @app.after_request
    def _end(response: Response) -> Response:
        response.headers.setdefault("X-Request-Id", request_id(request.environ))
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

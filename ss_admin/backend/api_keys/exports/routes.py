"""Exports of API keys over HTTP: `/api-keys/inventory` and `/api-keys/expiries`, for Tenant Administrators."""

from collections.abc import Iterator
from typing import IO, Any

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from ss_admin.backend.accounts.guard import admit_tenant_admin, tenant_admin
from ss_admin.backend.api_keys.exports.service import ExportedFile, ExportsService
from ss_admin.backend.csv_document import CSV_MEDIA_TYPE
from ss_admin.backend.openapi import NEEDS_SESSION, documented_for_admins

__all__ = ["build_blueprint"]

CALENDAR_MEDIA_TYPE = "text/calendar"
_PIECE_BYTES = 65_536


def build_blueprint(exports: ExportsService) -> APIBlueprint:
    """Files of keys: no secrets, and each an entry of the audit trail."""
    tag = Tag(name="api_keys", description="The keys by which partners call external rule chains")
    blueprint = APIBlueprint("exports", __name__, url_prefix="/api/v1", abp_tags=[tag], abp_security=NEEDS_SESSION)
    blueprint.before_request(admit_tenant_admin)

    @blueprint.get(
        "/api-keys/inventory",
        summary="Export all API keys",
        responses={**documented_for_admins({}), 200: _described("All keys by name", CSV_MEDIA_TYPE)},
    )
    def export_inventory() -> Response:
        """Every key with its settings as CSV for a spreadsheet, times in UTC.

        UTF-8 with a byte order mark; what begins like a formula has an apostrophe in front.
        """
        return _answer(exports.inventory(tenant_admin()), CSV_MEDIA_TYPE)

    @blueprint.get(
        "/api-keys/expiries",
        summary="Export the expiries to come",
        responses={**documented_for_admins({}), 200: _described("The next 2,000 expiries", CALENDAR_MEDIA_TYPE)},
    )
    def export_expiries() -> Response:
        """An iCalendar file with an event for each key that will expire, and alarms 7, 3 and 1 working days before."""
        return _answer(exports.expiries(tenant_admin()), CALENDAR_MEDIA_TYPE)

    return blueprint


def _described(what: str, media_type: str) -> dict[str, Any]:
    return {"description": what, "content": {media_type: {"schema": {"type": "string"}}}}


def _answer(file: ExportedFile, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"', "Content-Length": str(file.size)}
    response = Response(_pieces(file.content), 200, headers, mimetype=media_type)
    response.call_on_close(file.content.close)  # of an answer that nobody reads to its end
    return response


def _pieces(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        while piece := content.read(_PIECE_BYTES):
            yield piece

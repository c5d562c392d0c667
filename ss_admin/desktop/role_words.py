"""Roles as people say them."""

from collections.abc import Mapping

from ss_admin.contract.accounts import Role

__all__ = ["ROLE_WORDS"]

ROLE_WORDS: Mapping[Role, str] = {
    Role.TENANT_ADMIN: "Tenant Administrator",
    Role.CUSTOMER_ADMIN: "Customer Administrator",
    Role.CUSTOMER_USER: "Customer User",
    Role.CLOUD_ADMIN: "Cloud Administrator",
}

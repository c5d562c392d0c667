"""What the sample data is called: two tenants, forty invented people, and what their keys are for."""

from typing import Final

from ss_admin.contract.accounts import Role

__all__ = ["FROM_THE_ARTICLE", "PLACES", "PURPOSES", "TENANTS"]

_ADMIN, _CUSTOMER_ADMIN, _USER, _CLOUD = (
    Role.TENANT_ADMIN,
    Role.CUSTOMER_ADMIN,
    Role.CUSTOMER_USER,
    Role.CLOUD_ADMIN,
)

TENANTS: Final[tuple[tuple[str, tuple[tuple[str, Role], ...]], ...]] = (
    (
        "Northwind Facilities",
        (
            ("Maria Keller", _ADMIN),
            ("Jonas Lindqvist", _ADMIN),
            ("Aisha Rahman", _CUSTOMER_ADMIN),
            ("Tomás Herrera", _USER),
            ("Priya Nair", _CLOUD),
            ("Oliver Brandt", _USER),
            ("Sofie Vandenberg", _USER),
            ("Mateo Rossi", _USER),
            ("Hannah Novak", _CUSTOMER_ADMIN),
            ("Kwame Mensah", _USER),
            ("Elif Yıldız", _USER),
            ("Lars Petersen", _USER),
            ("Chloé Dubois", _USER),
            ("Daniel Okafor", _USER),
            ("Ingrid Solberg", _USER),
            ("Marek Zieliński", _USER),
            ("Yuki Tanaka", _USER),
            ("Nora Fitzgerald", _USER),
            ("Samuel Osei", _USER),
            ("Beatriz Almeida", _USER),
            ("Viktor Horváth", _USER),
            ("Leila Haddad", _USER),
            ("Patrick Byrne", _USER),
            ("Anneliese Weber", _USER),
            ("Ravi Chandran", _USER),
            ("Emma Johansson", _USER),
        ),
    ),
    (
        "Lakeside Hospitals",
        (
            ("Grace Thompson", _ADMIN),
            ("Felix Moreau", _CUSTOMER_ADMIN),
            ("Amara Diallo", _USER),
            ("Henrik Dahl", _CLOUD),
            ("Isabella Conti", _USER),
            ("Noah Bergmann", _USER),
            ("Zofia Kowalska", _USER),
            ("Carlos Mendes", _USER),
            ("Freya Nielsen", _USER),
            ("Dmitri Volkov", _USER),
            ("Mei Lin", _USER),
            ("Thandiwe Moyo", _USER),
            ("Liam Gallagher-Reid", _USER),
            ("Katarina Popović", _USER),
        ),
    ),
)
"""Each tenant with its people; the administrators and the first of each other role can sign in."""

PURPOSES: Final = (
    "Fire Panel",
    "HVAC Faults",
    "Elevators",
    "Access Control",
    "Energy Board",
    "Visitor Kiosk",
    "Cleaning Robots",
    "Parking",
    "Leak Detection",
    "Lighting",
    "Air Quality",
    "Room Displays",
    "Solar Feed",
    "Water Meters",
    "Generators",
    "Waste Sensors",
    "Contractors",
    "Webhook",
    "Ticket Desk",
    "Cold Storage",
    "Patrol App",
    "Doors",
    "Chillers",
    "Load Test",
)

PLACES: Final[tuple[tuple[str, ...], ...]] = (
    ("Academy", "Harbour", "North", "Riverside", "Airport", "Library", "Science Park", "Stadium"),
    ("Clinic", "Heart Centre", "Children's", "Laboratory", "Rehab"),
)
"""Where they are, tenant by tenant."""

FROM_THE_ARTICLE: Final = ("Building Alarm Integration", "External Maintenance System")
"""The two names that the help article gives as examples."""

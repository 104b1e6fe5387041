"""The roles that candidates are interviewed for."""

from enum import StrEnum


class Role(StrEnum):
    """The role that the candidate is interviewed for."""

    SOFTWARE_ENGINEER = "Software Engineer"
    PRODUCT_MANAGER = "Product Manager"
    DATA_ANALYST = "Data Analyst"

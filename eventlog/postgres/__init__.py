"""The event log in a PostgreSQL database, which many gateways may use at once."""

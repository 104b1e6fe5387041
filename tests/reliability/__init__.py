"""The promises under faults: each part can be run again, longer."""

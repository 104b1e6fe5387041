"""What each command takes and says of itself. What it does is imported when it runs, so that
`--help` and completion are instant."""

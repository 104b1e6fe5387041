"""Sign-in by token: who a caller is, and what each role may do. Loaded only if it is on."""

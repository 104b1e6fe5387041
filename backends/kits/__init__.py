"""Interview kits: what an interview for a role is made of, one TOML file each. `kit` says what is
in one, `reading` and `writing` are the way from and to a file, `library` knows which there are."""

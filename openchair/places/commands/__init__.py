"""The `openchair` subcommands of this domain."""

"""What a web servant does from the command line. One module a command: HELP, configure(parser), run(arguments)."""

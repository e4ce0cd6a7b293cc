"""Commands about the installation itself: run, doctor. One module a command: HELP, configure(parser), run(arguments)."""

"""The commands of `python -m gemeinwerk.engine`; each is a module with `main(arguments) -> exit code`."""

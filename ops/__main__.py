"""`python -m ops`: the command line."""

from ops.command import main

main()

"""`python -m broker.cli` is the program `broker`."""

from broker.cli.main import main

main()

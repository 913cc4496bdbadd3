"""`python -m netwatch`: the command line, where the console script is not on the path."""

from netwatch.cli.main import main

if __name__ == "__main__":
    main()

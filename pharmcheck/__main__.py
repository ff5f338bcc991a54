"""`python -m pharmcheck` is the `pharmcheck` command."""

from pharmcheck.cli import main

if __name__ == "__main__":
    main()

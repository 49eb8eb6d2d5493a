"""`python -m ownplug` is `ownplug`."""

from ownplug.cli import main

if __name__ == "__main__":
    main()

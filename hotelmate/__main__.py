"""`python -m hotelmate`: the same as the `hotelmate` script."""

from hotelmate.main import app

if __name__ == "__main__":
    app()

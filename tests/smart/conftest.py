import pytest
from django.test import Client

from tests import cast as people
from tests.cast import Cast
from tests.smart.app import App, app
from tests.staff import sign_in


@pytest.fixture
def cast(db: None) -> Cast:
    return people.build()


@pytest.fixture
def amara(cast: Cast) -> Client:
    """Her browser, in which she has just typed her password."""
    return sign_in(cast.amara)


@pytest.fixture
def doctor(cast: Cast) -> Client:
    return sign_in(cast.doctor)


@pytest.fixture
def growth(cast: Cast) -> App:
    """A public application that St Mary admits and Riverside does not."""
    return app(cast.hospital)

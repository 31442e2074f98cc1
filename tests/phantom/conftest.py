import pytest

from lascarlib.case import Case
from lascarlib.phantom import COARSE, phantom_cohort


@pytest.fixture(scope="session")
def cohort() -> list[Case]:
    return list(phantom_cohort(6, seed=11, config=COARSE))

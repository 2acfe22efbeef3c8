"""What all tests share: real stores, and the whole broker beside the simulator."""

pytest_plugins = ["tests.support.fixtures", "tests.support.system_fixtures", "tests.support.registration"]

"""The launcher behind `./sw`: embedded servers, supervised processes, tests, checks."""

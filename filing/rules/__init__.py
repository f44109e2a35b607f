"""Checks before an official sees a filing, one file per thing that is filed."""

"""What filing stores: one file per thing that is filed."""

from filing.models.registration import RegisteredCode, Registration

__all__ = ["RegisteredCode", "Registration"]

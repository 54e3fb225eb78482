"""What Lambda passes to a handler as its context."""

import time
import uuid
from dataclasses import dataclass, field


@dataclass(slots=True)
class Context:
    """The attributes and the method that Lambda documents.

    Attributes:
        timeout_seconds: how long the invocation may take, from now.
    """

    timeout_seconds: float
    function_name: str = "deliver"
    memory_limit_in_mb: int = 256
    function_version: str = "$LATEST"
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    log_group_name: str = "local"
    log_stream_name: str = "local"
    _since: float = field(init=False, default_factory=time.monotonic)

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN, in AWS's documentation account."""
        return f"arn:aws:lambda:us-east-1:123456789012:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would end the invocation; never negative."""
        return max(0, int((self._since + self.timeout_seconds - time.monotonic()) * 1000))

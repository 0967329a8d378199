"""What the log says of a request, found by the request ID of its answer."""

import shlex


def lines_about(gateway, answer):
    """The lines of that request, but for the one that each has at its end."""
    mark = "request_id=" + answer.header("x-amz-request-id")
    return [line for line in gateway.log_text().splitlines()
            if mark in line.split(" ") and "event=request" not in line.split(" ")]


def fields_of(line):
    """The fields of a line without a sentence: {"event": …}."""
    return dict(field.split("=", 1) for field in shlex.split(line))


def sentences_about(gateway, answer):
    """What lines of level debug say behind their fields."""
    mark = " event=cors request_id=%s " % answer.header("x-amz-request-id")
    return [line.split(mark)[1] for line in lines_about(gateway, answer) if " level=debug" in line and mark in line]


def refusals_of(gateway, answer):
    """The lines of level info about a request that was granted nothing, without time, level and request ID."""
    found = [fields_of(line) for line in lines_about(gateway, answer) if " level=info " in line]
    for fields in found:
        assert fields.pop("request_id") == answer.header("x-amz-request-id")
        del fields["time"], fields["level"]
    return found

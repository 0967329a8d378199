"""What the gateway saw of a page's requests."""

import re

from launcher import wait_until

# Keys stand before the status, and what is odd in them is quoted.
LINE = re.compile(r"event=request .* method=(\S+) bucket=(\S+) key=(.*) user=\S+ status=(\d+) code=")


def requests(gateway, bucket, methods=("GET", "HEAD", "POST", "DELETE", "OPTIONS"), key=None):
    """Those for a bucket, or for one plain key of it, as "METHOD STATUS" in order of their ends; unless it is asked for without
    PUT, by which tests make buckets and rules."""
    found = (LINE.search(line) for line in gateway.log_text().splitlines())
    return ["%s %s" % (line[1], line[4]) for line in found
            if line and line[2] == bucket and line[1] in methods and key in (None, line[3])]


def wait_for_requests(gateway, bucket, expected, **more):
    """The log says so a little after the browser has its answer."""
    try:
        wait_until(lambda: requests(gateway, bucket, **more) == expected, 10, "the requests %r" % expected)
    except AssertionError:
        raise AssertionError("%r instead of %r" % (requests(gateway, bucket, **more), expected)) from None

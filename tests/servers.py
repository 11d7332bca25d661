"""Small HTTP servers for tests, in this process."""

from http.server import ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    """Takes many connections at once: of the usual 5, the kernel has whoever comes next try again
    a second later."""

    request_queue_size = 128

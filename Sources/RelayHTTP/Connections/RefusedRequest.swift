/// Why the rest of a request does not come: its connection was refused while the body was read.
struct RefusedRequest: Error {}

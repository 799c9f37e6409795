internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// A request before it is let in: what it asks for, and who may be asking.
///
/// What is true of a route is decided by the route that will answer, never by how the path was spelled: `/v%31` is `/v1`.
struct Asked: Sendable {
    let request: Request
    /// What the request is called in its answer and in the log.
    let id: String
    /// The other end of the connection.
    let peer: SocketAddress?
    let match: RouteTable.Match
    /// The web page that a browser asks for; `nil` where none does.
    let page: CallingPage?
    /// Whether it needs a key. Where no route answers, everything below `/v1` does too.
    let needsKey: Bool
    /// Whether a browser asks what a page may do, as far as pages may do anything there.
    let isPreflight: Bool
    /// Which pages may read the answer.
    let pages: Route.Pages

    init(_ request: Request, _ table: RouteTable, peer: SocketAddress?) {
        self.request = request
        self.peer = peer
        id = RequestTag.of(request.headers)
        page = CallingPage(request.head)
        let path = request.uri.path
        match = table.match(request.method, path: path)
        if let route = match.route {
            needsKey = route.access != .open
            pages = route.pages
            isPreflight = false
            return
        }
        needsKey = RouteTable.firstSegment(of: path) == "v1"
        let all = Set(table.routes(at: path).map(\.pages))
        pages = all.contains(.all) ? .all : all.contains(.named) ? .named : .none
        isPreflight = request.method == .options && pages != .none
    }
}

import Hummingbird

@testable import RelayHTTP

extension HTTPListener {
    /// The listener's calls as an application of the framework, for its test client: past the network.
    var application: Application<Responder> { Application(responder: responder, logger: logger) }
}

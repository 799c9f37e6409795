// Request bodies: every input is read as the body of every call that has one, and what was read is checked as the calls
// check it, up to where a session or a lobby would be made.
import FuzzDriver
import RelayNet

@testable import RelayControl
@testable import RelayHTTP

Fuzzer.run { bytes in
    let body = [UInt8](bytes)
    checkParser(body)
    let root: JSONField
    do throws(RelayError) {
        root = try JSONField(body: body)
    } catch {
        return check(error)
    }
    attempt { () throws(RelayError) in try checkSession(SessionRequest(body: root)) }
    attempt { () throws(RelayError) in
        let user = try AuthorizeUserBody(body: root)
        try SessionRequest.validate(address: user.userIP, name: "user_ip")
    }
    attempt { () throws(RelayError) in _ = try LobbyUpdate(body: root) }
    attempt { () throws(RelayError) in try LobbyRequest(body: root).validate(maxPlayers: 100) }
    attempt { () throws(RelayError) in _ = try LobbyPlayerBody(body: root) }
    do throws(RelayError) {
        _ = try RevokeUserBody(body: root)
    } catch {
        check(error)
        checkNotTold(root, error)
    }
}

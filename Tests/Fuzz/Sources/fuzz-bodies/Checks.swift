import FoundationEssentials
import FuzzDriver
import RelayNet

@testable import RelayControl
@testable import RelayHTTP

/// No message is longer, in bytes: callers' own words come back in it, but not without bound.
private let longestMessage = 1_500

/// Does something that may end in an error fit for the caller.
func attempt(_ body: () throws(RelayError) -> Void) {
    do {
        try body()
    } catch {
        check(error)
    }
}

/// A body's mistake is the caller's, told in words of bounded length.
func check(_ error: RelayError) {
    Fuzzer.expect(error.code == .invalid, "a body ended in \(error.code)")
    let length = error.message.utf8.count
    Fuzzer.expect(length > 0 && length <= longestMessage, "a message of \(length) bytes: \(error.message.prefix(200))")
}

/// The number that may be a live token is in no message.
func checkNotTold(_ root: JSONField, _ error: RelayError) {
    guard let token = try? root.field("authorization_token").string(), token.utf8.count >= 6,
        token.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
    else { return }
    Fuzzer.expect(!error.message.contains(token), "a token in: \(error.message)")
}

/// What the parser takes is written and read again unchanged, and Foundation takes it too; what it refuses is refused at a
/// place within the text.
func checkParser(_ text: [UInt8]) {
    let value: JSONValue
    do {
        value = try JSONParser.parse(text)
    } catch {
        Fuzzer.expect((0...text.count).contains(error.offset), "an error at \(error.offset) of \(text.count)")
        return
    }
    let written = value.bytes
    guard let again = try? JSONParser.parse(written) else {
        Fuzzer.fail("written and not read: \(String(decoding: written, as: UTF8.self))")
    }
    Fuzzer.expect(again == value, "\(value) became \(again)")
    Fuzzer.expect(again.bytes == written, "not written the same way twice")
    let isTaken = (try? JSONDecoder().decode(Anything.self, from: Data(text))) != nil
    Fuzzer.expect(isTaken, "Foundation does not take it")
}

/// Decodes from any value.
private struct Anything: Decodable {
    init(from decoder: any Decoder) {}
}

/// The checks of a create call, and what a filter comes to.
func checkSession(_ request: SessionRequest) throws(RelayError) {
    let here = RelayLocation(
        city: "Montréal",
        country: "Canada",
        locationTags: ["a", ""],
        latitude: 45.5,
        longitude: -73.6
    )
    for filter in request.filters {
        let mismatch = filter.mismatch(with: here)
        Fuzzer.expect((mismatch == nil) == filter.matches(here), "\(filter) fits and does not")
        if let mismatch { check(RelayError(.invalid, mismatch)) }
    }
    let webhook = try request.validated(maxUsers: 100)
    for text in request.addresses {
        guard let address = IPAddress(text) else { Fuzzer.fail("\(text) passed as an address") }
        Fuzzer.expect(IPAddress(address.description) == address, "\(text) became \(address)")
    }
    if let webhook {
        Fuzzer.expect(!webhook.host.isEmpty && webhook.text.utf8.count <= WebhookURL.maxLength, "\(webhook)")
    }
}

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// An answer of the API, whatever its status.
struct APIAnswer: Sendable {
    let status: Int
    let body: Data
    let path: String

    var isSuccess: Bool { (200..<300).contains(status) }

    /// What the API says is wrong.
    var message: String? { try? JSONDecoder().decode(ErrorMessage.self, from: body).message }

    func decode<Message: Decodable>(_ type: Message.Type) throws(BenchError) -> Message {
        do {
            return try JSONDecoder().decode(type, from: body)
        } catch {
            throw BenchError(
                "The answer to \(path) (\(status), \(body.count) bytes) is not what the API documents: is --target right?"
            )
        }
    }
}

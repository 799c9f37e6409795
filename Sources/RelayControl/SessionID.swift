/// How ids of relay sessions are spelled. Inside the relay there is one spelling only, so that no lock, limit or record
/// sees one session under two names.
package enum SessionID {
    private static let digits = 12

    /// The one spelling of what a caller wrote: 12 lowercase hex digits and `-S`.
    ///
    /// Players read ids out as join codes, so any case is taken, with or without the ending. Text that is no id stays as it
    /// is; no session has it.
    package static func canonical(_ text: String) -> String {
        var id = Array(text.utf8)
        if id.count == digits + 2, id[digits] == UInt8(ascii: "-"), id[digits + 1] | 0x20 == UInt8(ascii: "s") {
            id.removeLast(2)
        }
        guard id.count == digits else { return text }
        for (index, byte) in id.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): break
            case UInt8(ascii: "A")...UInt8(ascii: "F"): id[index] = byte | 0x20
            default: return text
            }
        }
        return String(decoding: id, as: UTF8.self) + "-S"
    }
}
